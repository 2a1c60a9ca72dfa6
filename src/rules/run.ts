// One pass over a rule list. Rules whose pattern does not match cost one regular expression and nothing else.

import type { Waiting } from '../kit/wait.ts';
import { applyRule, applyRuleNow } from './apply.ts';
import { conditionsHold, conditionsHoldNow, testRegex } from './hold.ts';
import type { Captures, Pass } from './pass.ts';
import type { Rule } from './rule.ts';
import { indexOf, RuleWalk } from './rule-index.ts';

/**
 * Runs the rules until one ends the pass or the list ends; what came of it stands in `pass`. Answers what is left to do
 * where a rule has to wait. Most lists never do, and no generator is made for them.
 */
export function runRules(pass: Pass): Waiting<void> | undefined {
  const run = new RuleRun(pass);
  return run.goOn() ? undefined : run.waitAndGoOn();
}

/** How far a pass has come. */
class RuleRun {
  readonly #pass: Pass;
  readonly #rules: readonly Rule[];
  readonly #walk: RuleWalk;
  /** The rule at work. */
  #at = -1;
  #round = 1;

  constructor(pass: Pass) {
    const { rules } = pass.set;
    this.#pass = pass;
    this.#rules = rules;
    // A trace names every rule, so that all of them are visited.
    this.#walk = new RuleWalk(pass.traceLevel >= 3 ? undefined : indexOf(rules));
    updateSubject(pass, this.#walk);
  }

  /** Goes on behind the rule at work; false where the next one whose pattern matches has to wait. */
  goOn(): boolean {
    const pass = this.#pass;
    for (let rule = this.#findMatch(); rule !== undefined; rule = this.#findMatch()) {
      if (rule.conditionsWait || !rule.appliesAtOnce) return false;
      if (!conditionsHoldNow(rule, pass)) this.#at = skipChain(this.#rules, this.#at, pass);
      else {
        beginApplying(rule, pass);
        applyRuleNow(rule, pass);
        if (this.#isOver(rule)) return true;
      }
    }
    return true;
  }

  *waitAndGoOn(): Waiting<void> {
    const pass = this.#pass;
    do {
      const rule = this.#rules[this.#at]!;
      if (!(yield* conditionsHold(rule, pass))) this.#at = skipChain(this.#rules, this.#at, pass);
      else {
        beginApplying(rule, pass);
        yield* applyRule(rule, pass);
        if (this.#isOver(rule)) return;
      }
    } while (!this.goOn());
  }

  /** The next rule whose pattern matches. */
  #findMatch(): Rule | undefined {
    const pass = this.#pass;
    const rules = this.#rules;
    for (let i = this.#walk.next(this.#at + 1); i < rules.length; i = this.#walk.next(i + 1)) {
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
      this.#at = i;
      return rule;
    }
    return undefined;
  }

  /** What follows a rule that was applied; true when the pass is over. */
  #isOver(rule: Rule): boolean {
    const pass = this.#pass;
    if (endRule(rule, pass)) return true;
    if (rule.flags.next !== undefined) {
      if (++this.#round >= rule.flags.next) {
        refuseRounds(rule, pass);
        return true;
      }
      this.#at = -1;
    } else this.#at = skipRules(this.#rules, this.#at, pass);
    updateSubject(pass, this.#walk);
    return false;
  }
}

/** Pattern and conditions match. */
function beginApplying(rule: Rule, pass: Pass): void {
  pass.place = rule.place;
  if (pass.traceLevel >= 9) pass.trace('ruleApplies');
  pass.host.fired?.(rule.place);
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
