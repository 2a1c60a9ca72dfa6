// From a rule to a request that it matches: what its pattern and its conditions ask of path, host, query and headers is
// put together and solved. Whoever wants to be sure runs the rules over what is answered.

import { compileRegex } from '../../kit/regex/index.ts';
import { type Demand, findText, type Language } from '../../kit/regex/language.ts';
import type { Condition } from '../../rules/index.ts';
import { isSetByRules } from './env-names.ts';
import { keepPatience } from './patience.ts';
import type { RewriteScope, RuleAt } from './rewrite-scope.ts';
import { prefixOf, type Sample, sampleOf } from './sample.ts';
import { demandOf, keyOf, languageFor, opposite, valueFor, variableOf } from './values.ts';

/** What is to be special about a request. */
export interface Wish {
  /** Instead of what the rule's pattern matches. */
  readonly subject?: Language | undefined;
  /** Instead of what a condition's pattern matches. */
  readonly condition?: { readonly of: Condition; readonly language: Language } | undefined;
  /** What a variable is to be besides. */
  readonly value?: { readonly key: string; readonly language: Language } | undefined;
}

/** Conditions that are joined by OR, or one alone. */
export type Group = readonly Condition[];

/** The conditions, by groups of which each must hold. A last one with OR leaves its group open: it holds always. */
export function groupsOf(conditions: readonly Condition[]): readonly Group[] {
  const groups: Condition[][] = [];
  let open: Condition[] = [];
  for (const condition of conditions) {
    open.push(condition);
    if (condition.or) continue;
    groups.push(open);
    open = [];
  }
  return groups;
}

/** What conditions ask of each variable. */
type Demands = Map<string, Demand[]>;

/** Those that stand alone must hold; of each group joined by OR, the first that can hold is wanted. */
interface Wanted {
  readonly must: Demands;
  readonly all: Demands;
}

function wantedBy(at: RuleAt, wish: Wish): Wanted {
  const must: Demands = new Map();
  const groups = groupsOf(at.rule.conditions);
  for (const [condition] of groups.filter((group) => group.length === 1)) add(must, condition!, wish);
  if (wish.value !== undefined)
    must.set(wish.value.key, [
      ...(must.get(wish.value.key) ?? []),
      { language: wish.value.language, inside: true },
    ]);
  const all: Demands = new Map([...must].map(([key, demands]) => [key, [...demands]]));
  for (const group of groups.filter(({ length }) => length > 1)) {
    const chosen = group.find((condition) => couldAdd(all, condition, wish));
    if (chosen !== undefined) add(all, chosen, wish);
  }
  return { must, all };
}

/** The variable that a condition is about, and what it is to be. */
function readCondition(condition: Condition, wish: Wish): { key: string; demand: Demand } | undefined {
  const variable = variableOf(condition.subject);
  const key = variable && keyOf(variable);
  const demand =
    wish.condition?.of === condition
      ? { language: wish.condition.language, inside: true }
      : demandOf(condition);
  return key === undefined || demand === undefined ? undefined : { key, demand };
}

function add(into: Demands, condition: Condition, wish: Wish): void {
  const read = readCondition(condition, wish);
  if (read !== undefined) into.set(read.key, [...(into.get(read.key) ?? []), read.demand]);
}

function couldAdd(to: Demands, condition: Condition, wish: Wish): boolean {
  const read = readCondition(condition, wish);
  if (read === undefined) return false;
  return typeof valueFor(read.key, [...(to.get(read.key) ?? []), read.demand]) === 'string';
}

const plain = new WeakMap<RuleAt, { readonly request: Sample | null | undefined }>();

/** A request that the rule matches; null when there can be none, undefined when none was found. */
export function requestFor(scope: RewriteScope, at: RuleAt, wish?: Wish): Sample | null | undefined {
  if (wish !== undefined) return findRequest(scope, at, wish);
  const known = plain.get(at) ?? { request: findRequest(scope, at, {}) };
  plain.set(at, known);
  return known.request;
}

function findRequest(scope: RewriteScope, at: RuleAt, wish: Wish): Sample | null | undefined {
  const { must, all } = wantedBy(at, wish);
  keepPatience();
  if (isImpossible(scope, at, wish, must)) return null;
  const path = pathFor(scope, at, wish, all);
  if (path === null || path === undefined) return undefined;
  let sample = sampleOf(path);
  for (const [key, demands] of all) {
    // What the rules set themselves is not for the client to bring.
    if (key === 'REQUEST_URI' || (key.startsWith('env:') && isSetByRules(scope, key.slice(4)))) continue;
    const value = valueFor(key, [...demands, ...usual(key)]) ?? valueFor(key, demands);
    if (typeof value === 'string') sample = withValue(sample, key, value);
  }
  return sample;
}

/** What a value should be where it may: addresses of the outside, hosts with a dot. */
function usual(key: string): readonly Demand[] {
  const source =
    key === 'header:host' ? '^[a-z0-9.-]+\\.[a-z]+$' : key === 'REQUEST_METHOD' ? '^GET$' : undefined;
  const language = source === undefined ? undefined : languageFor(source);
  return language === undefined ? [] : [{ language, inside: true }];
}

function isImpossible(scope: RewriteScope, at: RuleAt, wish: Wish, must: Demands): boolean {
  for (const [key, demands] of must) if (valueFor(key, demands) === null) return true;
  const subject = subjectDemands(scope, at, wish);
  return subject !== undefined && findText(subject) === null;
}

/** What the rule's subject is to be; undefined where the pattern is no regular one. */
export function subjectDemands(
  scope: RewriteScope,
  at: RuleAt,
  wish: Wish = {},
): readonly Demand[] | undefined {
  const { regex, negated } = at.rule.pattern;
  const language = wish.subject ?? languageFor(regex.source, at.rule.flags.noCase);
  if (language === undefined) return undefined;
  const own = { language, inside: true };
  return [negated && wish.subject === undefined ? opposite(own) : own, ...subjectsOf(scope)];
}

/** Everything that rules of a scope are held against: the path of the URL, in a directory without its prefix. */
export function subjectsOf({ context }: Pick<RewriteScope, 'context'>): readonly Demand[] {
  return [
    { language: languageFor(context === 'directory' ? '^(?:[^/]|$)' : '^/')!, inside: true },
    { language: languageFor('//|\\x00|(?:^|/)\\.\\.?(?:/|$)')!, inside: false },
  ];
}

function pathFor(scope: RewriteScope, at: RuleAt, wish: Wish, demands: Demands): string | null | undefined {
  const subject = subjectDemands(scope, at, wish);
  if (subject === undefined) return undefined;
  const whole = [...(demands.get('REQUEST_URI') ?? [])];
  if (scope.context !== 'directory')
    return findText([...subject, ...whole, ...(demands.get('REQUEST_FILENAME') ?? [])]);
  const prefix = prefixOf(scope);
  const direct = findText(subject);
  if (whole.length === 0) return typeof direct === 'string' ? prefix + direct : direct;
  const uri = valueFor('REQUEST_URI', [
    ...whole,
    { language: languageFor(`^${prefix.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')}`)!, inside: true },
  ]);
  const candidates = [uri, typeof direct === 'string' ? prefix + direct : undefined];
  return candidates.find((path) => typeof path === 'string' && matches(at, path.slice(prefix.length)));
}

function matches({ rule: { pattern, flags } }: RuleAt, subject: string): boolean {
  return compileRegex(pattern.regex.source, { nocase: flags.noCase }).test(subject) !== pattern.negated;
}

function withValue(sample: Sample, key: string, value: string): Sample {
  switch (key) {
    case 'HTTPS':
      return { ...sample, scheme: value === 'on' ? 'https' : 'http' };
    case 'REQUEST_SCHEME':
      return { ...sample, scheme: value === 'https' ? 'https' : 'http' };
    case 'SERVER_PORT':
      return { ...sample, scheme: value === '443' ? 'https' : 'http' };
    case 'QUERY_STRING':
      return { ...sample, query: value === '' ? undefined : value };
    case 'REQUEST_METHOD':
      return { ...sample, method: value };
    case 'REMOTE_ADDR':
    case 'CONN_REMOTE_ADDR':
      return { ...sample, address: value };
    case 'header:host':
      return { ...sample, host: value };
  }
  if (key.startsWith('header:') && value !== '')
    return { ...sample, headers: { ...sample.headers, [key.slice(7)]: value } };
  if (key.startsWith('env:') && value !== '')
    return { ...sample, env: new Map([...sample.env, [key.slice(4), value]]) };
  return sample;
}
