// Evaluating a rule's conditions.

import { ExprError, runCondition } from '../kit/expr/index.ts';
import { type Regex, RegexLimitError } from '../kit/regex/index.ts';
import { type Waiting, when } from '../kit/wait.ts';
import { compareIntegers, compareStrings } from './compare.ts';
import type { Condition, FileTest } from './condition.ts';
import { ConditionWalk, WORTHWHILE } from './condition-index.ts';
import { expand, expandNow } from './expand.ts';
import type { FileFacts } from './host.ts';
import type { Captures, Pass } from './pass.ts';
import type { Rule } from './rule.ts';

/** True when the conditions allow the rule; for rules whose conditions never wait. */
export function conditionsHoldNow(rule: Rule, pass: Pass): boolean {
  const { conditions } = rule;
  const walk = walkThrough(conditions, pass);
  for (let i = nextOf(walk, 0); i < conditions.length; i = nextOf(walk, i + 1)) {
    const condition = conditions[i]!;
    const marker = beginCondition(condition, pass);
    const holds = settleCondition(condition, expandNow(condition.subject, pass), pass);
    endCondition(condition, holds, marker, pass);
    if (holds && condition.or) i = endOfGroup(conditions, i);
    else if (!holds && !condition.or) return false;
  }
  return true;
}

/** The same for any rule. */
export function* conditionsHold(rule: Rule, pass: Pass): Waiting<boolean> {
  if (!rule.conditionsWait) return conditionsHoldNow(rule, pass);
  const { conditions } = rule;
  const walk = walkThrough(conditions, pass);
  for (let i = nextOf(walk, 0); i < conditions.length; i = nextOf(walk, i + 1)) {
    const condition = conditions[i]!;
    const marker = beginCondition(condition, pass);
    const holds = yield* evaluate(condition, pass);
    endCondition(condition, holds, marker, pass);
    if (holds && condition.or) i = endOfGroup(conditions, i);
    else if (!holds && !condition.or) return false;
  }
  // Apache: an OR on the very last condition has nothing to join, so that even a false one lets the rule match.
  return true;
}

/** Undefined for a short list, and where a trace names every condition. */
function walkThrough(conditions: readonly Condition[], pass: Pass): ConditionWalk | undefined {
  if (conditions.length < WORTHWHILE || pass.traceLevel >= 1) return undefined;
  return new ConditionWalk(conditions, (at) => expandNow(conditions[at]!.subject, pass));
}

function nextOf(walk: ConditionWalk | undefined, from: number): number {
  return walk === undefined ? from : walk.next(from);
}

// A true condition with OR settles its group: the others with OR, and the one that ends it, are not looked at.
function endOfGroup(conditions: readonly Condition[], from: number): number {
  let at = from;
  while (at < conditions.length && conditions[at]!.or) at++;
  return at;
}

/** Answers how many headers were noted before the condition. */
function beginCondition(condition: Condition, pass: Pass): number {
  pass.place = condition.place;
  pass.notesHeaders = !condition.noVary;
  return pass.varying.length;
}

function endCondition(condition: Condition, holds: boolean, marker: number, pass: Pass): void {
  pass.notesHeaders = false;
  // The headers of a condition that failed and was joined by OR did not decide anything.
  if (!holds && condition.or) pass.varying.length = marker;
}

function* evaluate(condition: Condition, pass: Pass): Waiting<boolean> {
  const { test } = condition;
  if (test.kind === 'expr') return yield* evaluateExpr(condition, pass);
  const input = yield* expand(condition.subject, pass);
  if (test.kind === 'file') return finish(condition, input, yield* testFile(test.test, input, pass), pass);
  if (test.kind === 'subrequest') return finish(condition, input, yield* probe(test.by, input, pass), pass);
  return settleCondition(condition, input, pass);
}

function settleCondition(condition: Condition, input: string, pass: Pass): boolean {
  const { test } = condition;
  if (test.kind === 'regex')
    return finish(condition, input, matchCondition(condition, test.regex, input, pass), pass);
  if (test.kind === 'string')
    return finish(
      condition,
      input,
      compareStrings(test.operator, input, test.operand, condition.noCase),
      pass,
    );
  if (test.kind === 'integer')
    return finish(condition, input, compareIntegers(test.operator, input, test.operand), pass);
  return finish(condition, input, false, pass);
}

function finish(condition: Condition, input: string | null, result: boolean, pass: Pass): boolean {
  const holds = result !== condition.negated;
  if (pass.traceLevel >= 4)
    pass.trace(
      'condition',
      input,
      condition.text,
      condition.noCase,
      holds,
      capturesOf(condition, holds, pass),
    );
  return holds;
}

/** What a condition that holds has left for %N. */
function capturesOf({ negated, test }: Condition, holds: boolean, pass: Pass): Captures {
  const leaves = holds && !negated && (test.kind === 'regex' || test.kind === 'expr');
  return leaves ? pass.condCaptures : noCaptures;
}

// Only a match that makes a condition true leaves its captures for %N.
function matchCondition(condition: Condition, regex: Regex, input: string, pass: Pass): boolean {
  if (condition.negated) return testRegex(regex, input, pass) !== undefined;
  const captures = testRegex(regex, input, pass);
  if (!captures) return false;
  pass.condCaptures = captures;
  return true;
}

/** The captures of a match, or undefined. A match given up at its limit is none, as PCRE's is to Apache. */
export function testRegex(regex: Regex, subject: string, pass: Pass): Captures | undefined {
  try {
    return regex.search(subject)?.groups;
  } catch (error) {
    if (!(error instanceof RegexLimitError)) throw error;
    if (pass.traceLevel >= 1) pass.trace('patternGaveUp', regex.source, subject);
    return undefined;
  }
}

function* testFile(test: FileTest, path: string, pass: Pass): Waiting<boolean> {
  if (path === '') return false;
  const facts = yield* when(pass.host.stat(path, test !== '-l'));
  return facts !== null && isSuchFile(test, facts);
}

function isSuchFile(test: FileTest, facts: FileFacts): boolean {
  switch (test) {
    case '-d':
      return facts.type === 'directory';
    case '-f':
      return facts.type === 'file';
    case '-s':
      return facts.type === 'file' && facts.size > 0;
    case '-l':
      return facts.type === 'link';
    case '-x':
      return facts.executable;
  }
}

function* probe(by: 'uri' | 'file', path: string, pass: Pass): Waiting<boolean> {
  if (path === '' || pass.wouldLoop) return false;
  const result = yield* when(pass.host.probe(by, path));
  if (by === 'uri') {
    if (pass.traceLevel >= 5) pass.trace('probeUri', path, result.status);
    return result.status < 400;
  }
  if (pass.traceLevel >= 5) pass.trace('probeFile', path, result.filename, result.status);
  return result.status < 300 && result.exists;
}

function* evaluateExpr(condition: Condition, pass: Pass): Waiting<boolean> {
  const captures = { groups: noCaptures };
  const result = yield* runExpr(condition, captures, pass);
  if (!condition.negated && captures.groups.length > 0) pass.condCaptures = captures.groups;
  return finish(condition, null, result, pass);
}

const noCaptures: Captures = [];

function* runExpr(condition: Condition, captures: { groups: Captures }, pass: Pass): Waiting<boolean> {
  if (condition.test.kind !== 'expr') return false;
  try {
    return yield* runCondition(condition.test.expr, pass.host.expr(pass), captures);
  } catch (error) {
    if (!(error instanceof ExprError)) throw error;
    // Apache: an expression that fails to run is false, and true under `!`.
    pass.host.exprFailed(condition.text, error.message, condition.place);
    if (pass.traceLevel >= 1) pass.trace('conditionFailed', condition.text, error.message);
    return false;
  }
}
