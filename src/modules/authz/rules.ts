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

/** A <RequireAll> or <RequireAny>; <RequireNone> is the negation of the latter. */
export interface RuleGroup {
  readonly kind: 'group';
  readonly op: 'all' | 'any';
  readonly negate: boolean;
  readonly rules: Rule[];
  /** Made of two sections by AuthMerging. */
  readonly isMerged?: boolean;
}

export type Rule = Requirement | RuleGroup;

/** The name of a group in messages; negating an `all` gives what no directive writes. */
export function groupName({ op, negate }: Pick<RuleGroup, 'op' | 'negate'>): string {
  if (op === 'all') return negate ? 'RequireNotAll' : 'RequireAll';
  return negate ? 'RequireNone' : 'RequireAny';
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
export function decide(x: Exchange, rule: Rule): Ruling | Promise<Ruling> {
  return decideWithin({ x, isLogged: isLogged(x, 'authz_core', 'debug') }, rule, 'all');
}

/** A decision under way; whether it is logged rule by rule is asked once. */
interface Deciding {
  readonly x: Exchange;
  readonly isLogged: boolean;
}

function decideWithin(d: Deciding, rule: Rule, within: RuleGroup['op']): Ruling | Promise<Ruling> {
  const { x } = d;
  if (!speaksOf(rule, x.method)) {
    const ruling = within === 'all' ? 'granted' : 'neutral';
    return logged(d, rule, ruling, ' (directive limited to other methods)');
  }
  const ruling = rule.kind === 'require' ? rule.test(x) : decideGroup(d, rule);
  if (typeof ruling === 'string') return conclude(d, rule, ruling);
  return ruling.then((late) => conclude(d, rule, late));
}

function conclude(d: Deciding, rule: Rule, ruling: Ruling): Ruling {
  // Apache: what could not be decided inside a group ends the matter without a word of the group.
  if (ruling === 'error') return ruling;
  return logged(d, rule, rule.negate ? negate(ruling) : ruling, '');
}

/** Not to be kept out is no reason to be let in. */
function negate(ruling: Ruling): Ruling {
  return ruling === 'granted' ? 'denied' : 'neutral';
}

function logged(d: Deciding, rule: Rule, ruling: Ruling, remark: string): Ruling {
  if (!d.isLogged) return ruling;
  const number = remark === '' ? 'AH01626' : 'AH01625';
  const shown = ruling === 'denied-no-user' ? 'denied (no authenticated user yet)' : ruling;
  const text = `${number}: authorization result of ${describe(rule)}: ${shown}${remark}`;
  logEvent(d.x, 'authz_core', 'debug', text);
  return ruling;
}

function describe(rule: Rule): string {
  if (rule.kind === 'require') return `Require ${rule.negate ? 'not ' : ''}${rule.text}`;
  if (rule.isMerged) return `AuthMerging ${rule.op === 'all' ? 'All' : 'Any'}`;
  return `<${groupName(rule)}>`;
}

function decideGroup(d: Deciding, group: RuleGroup): Ruling | Promise<Ruling> {
  let sum: Ruling = 'neutral';
  for (let i = 0; i < group.rules.length; i++) {
    const ruling = decideWithin(d, group.rules[i]!, group.op);
    if (typeof ruling !== 'string') return decideRest(d, group, { sum, ruling, at: i + 1 });
    if (isSettled(group, ruling)) return ruling;
    sum = add(group, sum, ruling);
  }
  return sum;
}

/** The same, once a rule has to wait. */
async function decideRest(
  d: Deciding,
  group: RuleGroup,
  from: { readonly sum: Ruling; readonly ruling: Promise<Ruling>; readonly at: number },
): Promise<Ruling> {
  let ruling = await from.ruling;
  let { sum } = from;
  for (let i = from.at; ; i++) {
    if (isSettled(group, ruling)) return ruling;
    sum = add(group, sum, ruling);
    if (i >= group.rules.length) return sum;
    ruling = await decideWithin(d, group.rules[i]!, group.op);
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
