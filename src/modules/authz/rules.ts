// Access rules as a tree, and what they come to for a request. Kinds of rules are providers.ts's business.

import type { Exchange } from '../../request/exchange.ts';
import type { MethodTest } from '../core/index.ts';

/**
 * What a rule says. `denied-no-user`: a user who has logged in might be let in. `neutral`: the rule neither lets in
 * nor keeps out. `error`: it could not be decided.
 */
export type Ruling = 'granted' | 'denied' | 'denied-no-user' | 'neutral' | 'error';

export type RuleTest = (x: Exchange) => Ruling | Promise<Ruling>;

/** One Require line. */
interface Requirement {
  readonly kind: 'require';
  readonly negate: boolean;
  /** Inside <Limit>: the methods that it speaks of. */
  readonly methods: MethodTest | undefined;
  readonly test: RuleTest;
}

/** A <RequireAll>, <RequireAny> or <RequireNone>; `none` is the negation of `any`. */
export interface RuleGroup {
  readonly kind: 'group';
  readonly op: 'all' | 'any' | 'none';
  readonly methods: MethodTest | undefined;
  readonly rules: Rule[];
}

export type Rule = Requirement | RuleGroup;

export function isNegated(rule: Rule): boolean {
  return rule.kind === 'require' ? rule.negate : rule.op === 'none';
}

/** What a rule comes to; a promise only where one of its tests has to wait. */
export function decide(x: Exchange, rule: Rule): Ruling | Promise<Ruling> {
  // Apache: a rule that is limited to other methods does not stand in the way.
  if (rule.methods !== undefined && !rule.methods(x.method)) return 'granted';
  const ruling = rule.kind === 'require' ? rule.test(x) : decideGroup(x, rule);
  if (!isNegated(rule)) return ruling;
  return typeof ruling === 'string' ? negate(ruling) : ruling.then(negate);
}

/** Not to be kept out is no reason to be let in. */
function negate(ruling: Ruling): Ruling {
  if (ruling === 'granted') return 'denied';
  return ruling === 'error' ? 'error' : 'neutral';
}

function decideGroup(x: Exchange, group: RuleGroup): Ruling | Promise<Ruling> {
  let sum: Ruling = 'neutral';
  for (let i = 0; i < group.rules.length; i++) {
    const ruling = decide(x, group.rules[i]!);
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
    ruling = await decide(x, group.rules[i]!);
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
