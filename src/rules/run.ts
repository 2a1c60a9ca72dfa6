// One pass over a rule list. Rules whose pattern does not match cost one regular expression and nothing else.

import type { Waiting } from '../kit/wait.ts';
import { applyRule } from './apply.ts';
import { conditionsHold, conditionsHoldNow, testRegex } from './hold.ts';
import type { Captures, Pass } from './pass.ts';
import type { Rule } from './rule.ts';
import { indexOf, RuleWalk } from './rule-index.ts';

/** Runs the rules until one ends the pass or the list ends; what came of it stands in `pass`. */
export function* runRules(pass: Pass): Waiting<void> {
  const { rules } = pass.set;
  // A trace names every rule, so that all of them are visited.
  const walk = new RuleWalk(pass.traceLevel >= 3 ? undefined : indexOf(rules));
  let round = 1;
  updateSubject(pass, walk);
  for (let i = walk.next(0); i < rules.length; i = walk.next(i + 1)) {
    const rule = rules[i]!;
    if (rule.skipsSubrequests && pass.request.isSubrequest) {
      if (pass.traceLevel >= 9) traceSkipped([rule], 'subrequest', pass);
      continue;
    }
    const captures = matchPattern(rule, pass);
    if (captures === undefined) {
      if (rule.flags.chain) i = skipChain(rules, i, pass);
      continue;
    }
    pass.beginRule(rule, captures);
    if (!(rule.conditionsWait ? yield* conditionsHold(rule, pass) : conditionsHoldNow(rule, pass))) {
      i = skipChain(rules, i, pass);
      continue;
    }
    pass.place = rule.place;
    yield* applyRule(rule, pass);
    if (endRule(rule, pass)) return;
    if (rule.flags.next !== undefined) {
      if (++round >= rule.flags.next) return refuseRounds(rule, pass);
      i = -1;
    } else i = skipRules(rules, i, pass);
    updateSubject(pass, walk);
  }
}

const negatedMatch: Captures = [];

function negatedCaptures(found: Captures | undefined): Captures | undefined {
  return found ? undefined : negatedMatch;
}

/** The captures of a match (none for a negated one), or undefined when the rule does not apply. */
function matchPattern(rule: Rule, pass: Pass): Captures | undefined {
  const { pattern } = rule;
  if (pass.traceLevel >= 3) traceSubject(rule, pass);
  const found = testRegex(pattern.regex, pass.subject, pass);
  const captures = pattern.negated ? negatedCaptures(found) : found;
  if (pass.traceLevel >= 9) pass.trace('patternResult', captures !== undefined, captures ?? []);
  return captures;
}

/** When a rule of a chain fails, its successors go with it, the one that ends the chain included. */
function skipChain(rules: readonly Rule[], from: number, pass: Pass): number {
  let at = from;
  while (at < rules.length && rules[at]!.flags.chain) at++;
  if (at > from && pass.traceLevel >= 9) traceSkipped(rules.slice(from + 1, at + 1), 'chain', pass);
  return at;
}

/** [S=n] leaves the next n rules out. */
function skipRules(rules: readonly Rule[], from: number, pass: Pass): number {
  const { skip } = rules[from]!.flags;
  if (skip > 0 && pass.traceLevel >= 9) traceSkipped(rules.slice(from + 1, from + 1 + skip), 'skip', pass);
  return from + skip;
}

function traceSkipped(rules: readonly Rule[], reason: 'chain' | 'skip' | 'subrequest', pass: Pass): void {
  for (const rule of rules) {
    pass.place = rule.place;
    pass.trace('ruleSkipped', reason);
  }
}

/** What follows a rule that was applied; true when the pass is over. */
function endRule(rule: Rule, pass: Pass): boolean {
  if (rule.substitution) {
    pass.lastRule = rule;
    if (pass.traceLevel >= 2) pass.trace('lastSubstitution', rule.substitution.text);
  }
  if (isTooLong(pass)) refuseLength(rule, pass);
  if (pass.varying.length > 0) pass.host.addVary(pass.varying.join(','));
  if (pass.refusal || pass.forcedStatus !== undefined) return true;
  return endOfFlags(rule, pass);
}

function endOfFlags({ flags, substitution }: Rule, pass: Pass): boolean {
  if (substitution) pass.change = flags.noEscape ? 'noescape' : 'normal';
  if (flags.passThrough) {
    if (pass.traceLevel >= 2)
      pass.trace('passToNext', pass.toProxy ? `proxy:${pass.filename}` : pass.filename);
    pass.passedThrough = true;
    pass.change = 'normal';
    return true;
  }
  if (flags.end) {
    if (pass.traceLevel >= 8) pass.trace('ended');
    pass.ended = true;
    return true;
  }
  return flags.proxy || flags.last;
}

function isTooLong(pass: Pass): boolean {
  return pass.filename.length > 2 * pass.host.requestLineLimit;
}

function refuseLength(rule: Rule, pass: Pass): void {
  const what = `RewriteRule '${rule.pattern.text}' and URI '${pass.request.uri}'`;
  pass.refusal = {
    status: 500,
    code: undefined,
    message: `${what} exceeded maximum length (${2 * pass.host.requestLineLimit})`,
  };
}

function refuseRounds(rule: Rule, pass: Pass): void {
  const what = `RewriteRule '${rule.pattern.text}' and URI '${pass.request.uri}'`;
  pass.refusal = {
    status: 500,
    code: 'AH02596',
    message: `${what} exceeded maximum number of rounds (${rule.flags.next}) via the [N] flag`,
  };
}

/** What the next pattern is held against. */
function updateSubject(pass: Pass, walk: RuleWalk): void {
  pass.subject = pass.directory === undefined ? pass.filename : subjectIn(pass.directory, pass);
  walk.begin(pass.subject);
}

function subjectIn(directory: string, pass: Pass): string {
  const whole = pass.filename + pass.pathInfo;
  const strips = !pass.request.proxied && whole.startsWith(directory);
  return strips ? whole.slice(directory.length) : whole;
}

// Apache prepares the subject anew for every rule, and tells so each time.
function traceSubject(rule: Rule, pass: Pass): void {
  pass.place = rule.place;
  if (pass.directory !== undefined) {
    const whole = pass.filename + pass.pathInfo;
    if (pass.pathInfo !== '') pass.trace('addPathInfo', pass.filename, whole);
    if (!pass.request.proxied && whole.startsWith(pass.directory))
      pass.trace('stripDirectory', whole, pass.subject);
  }
  pass.trace('applyPattern', rule.pattern.text, pass.subject);
}
