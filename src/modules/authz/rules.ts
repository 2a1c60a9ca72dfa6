// Access rules as a tree, and what they come to for a request. Kinds of rules are providers.ts's business.

import type { AddressSet } from '../../kit/address-set.ts';
import type { Exchange } from '../../request/exchange.ts';
import { isLogged, logEvent } from '../../request/log.ts';
import type { MethodTest } from '../core/index.ts';

/**
 * What a rule says. `denied-no-user`: a user who has logged in might be let in. `neutral`: the rule neither lets in
 * nor keeps out. `error`: it could not be decided.
 */
export type Ruling = 'granted' | 'denied' | 'denied-no-user' | 'neutral' | 'error';

export interface RuleTest {
  (x: Exchange): Ruling | Promise<Ruling>;
  /** The test grants these addresses and denies all others. */
  readonly addresses?: AddressSet;
}

/** One Require line. */
export interface Requirement {
  readonly kind: 'require';
  readonly negate: boolean;
  /** Inside <Limit>: the methods that it speaks of. */
  readonly methods: MethodTest | undefined;
  readonly test: RuleTest;
  /** What stands behind Require, for the log. */
  readonly text: string;
}

/** A <RequireAll>, <RequireAny> or <RequireNone>; `none` is the negation of `any`. */
export interface RuleGroup {
  readonly kind: 'group';
  readonly op: 'all' | 'any' | 'none';
  readonly rules: Rule[];
  /** Made of two sections by AuthMerging. */
  readonly isMerged?: boolean;
}

export type Rule = Requirement | RuleGroup;

/** Names of groups in messages. */
export const GROUP_NAMES = { all: 'RequireAll', any: 'RequireAny', none: 'RequireNone' } as const;

export function isNegated(rule: Rule): boolean {
  return rule.kind === 'require' ? rule.negate : rule.op === 'none';
}

/**
 * Puts a requirement into its group. A long list of addresses, a line each, is one rule: where one grant decides the
 * group, or one `not`, it comes to the same.
 */
export function addRequirement(group: RuleGroup, added: Requirement): void {
  const last = group.rules.at(-1);
  if (
    last?.kind === 'require' &&
    isSameButForAddresses(last, added) &&
    added.negate === (group.op === 'all')
  ) {
    last.test.addresses!.addAll(added.test.addresses!);
    group.rules[group.rules.length - 1] = { ...last, text: `${last.text}, ${added.text}` };
  } else group.rules.push(added);
}

function isSameButForAddresses(a: Requirement, b: Requirement): boolean {
  if (a.test.addresses === undefined || b.test.addresses === undefined) return false;
  return a.negate === b.negate && a.methods === undefined && b.methods === undefined;
}

/** Does a rule say anything of this method? A group does where one of its rules does. */
export function speaksOf(rule: Rule, method: string): boolean {
  if (rule.kind === 'require') return rule.methods === undefined || rule.methods(method);
  return rule.rules.some((each) => speaksOf(each, method));
}

/**
 * What a rule comes to; a promise only where one of its tests has to wait. Apache: a rule that is limited to other methods
 * stands in nobody's way, and lets nobody in where one of several rules would be enough.
 */
export function decide(x: Exchange, rule: Rule, within: RuleGroup['op'] = 'all'): Ruling | Promise<Ruling> {
  if (!speaksOf(rule, x.method)) {
    const ruling = within === 'all' ? 'granted' : 'neutral';
    return logged(x, rule, ruling, ' (directive limited to other methods)');
  }
  const ruling = rule.kind === 'require' ? rule.test(x) : decideGroup(x, rule);
  return typeof ruling === 'string'
    ? conclude(x, rule, ruling)
    : ruling.then((late) => conclude(x, rule, late));
}

function conclude(x: Exchange, rule: Rule, ruling: Ruling): Ruling {
  // Apache: what could not be decided inside a group ends the matter without a word of the group.
  if (ruling === 'error') return ruling;
  return logged(x, rule, isNegated(rule) ? negate(ruling) : ruling, '');
}

/** Not to be kept out is no reason to be let in. */
function negate(ruling: Ruling): Ruling {
  return ruling === 'granted' ? 'denied' : 'neutral';
}

function logged(x: Exchange, rule: Rule, ruling: Ruling, remark: string): Ruling {
  if (!isLogged(x, 'authz_core', 'debug')) return ruling;
  const number = remark === '' ? 'AH01626' : 'AH01625';
  const shown = ruling === 'denied-no-user' ? 'denied (no authenticated user yet)' : ruling;
  logEvent(
    x,
    'authz_core',
    'debug',
    `${number}: authorization result of ${describe(rule)}: ${shown}${remark}`,
  );
  return ruling;
}

function describe(rule: Rule): string {
  if (rule.kind === 'require') return `Require ${rule.negate ? 'not ' : ''}${rule.text}`;
  if (rule.isMerged) return `AuthMerging ${rule.op === 'all' ? 'All' : 'Any'}`;
  return `<${GROUP_NAMES[rule.op]}>`;
}

function decideGroup(x: Exchange, group: RuleGroup): Ruling | Promise<Ruling> {
  let sum: Ruling = 'neutral';
  for (let i = 0; i < group.rules.length; i++) {
    const ruling = decide(x, group.rules[i]!, group.op);
    if (typeof ruling !== 'string') return decideRest(x, group, sum, ruling, i + 1);
    if (isSettled(group, ruling)) return ruling;
    sum = add(group, sum, ruling);
  }
  return sum;
}

/** The same, once a rule has to wait. */
async function decideRest(
  x: Exchange,
  group: RuleGroup,
  before: Ruling,
  waiting: Promise<Ruling>,
  from: number,
): Promise<Ruling> {
  let ruling = await waiting;
  let sum = before;
  for (let i = from; ; i++) {
    if (isSettled(group, ruling)) return ruling;
    sum = add(group, sum, ruling);
    if (i >= group.rules.length) return sum;
    ruling = await decide(x, group.rules[i]!, group.op);
  }
}

/** One denial is enough for `all`, one grant for `any`. */
function isSettled(group: RuleGroup, ruling: Ruling): boolean {
  return ruling === 'error' || ruling === (group.op === 'all' ? 'denied' : 'granted');
}

function add(group: RuleGroup, sum: Ruling, ruling: Ruling): Ruling {
  if (ruling === 'neutral') return sum;
  if (sum === 'neutral') return ruling;
  // A user could change the outcome: worth asking for one.
  if (ruling !== 'denied-no-user') return sum;
  return group.op === 'all' || sum === 'denied' ? ruling : sum;
}
