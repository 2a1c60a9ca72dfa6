// Requests that try to choose the host a rule leads to. What they lead to is not guessed: the engine is asked.

import { type Language, languageWith } from '../../kit/regex/language.ts';
import { absoluteScheme } from '../../rules/absolute-uri.ts';
import type { RewriteOutcome } from '../../rules/index.ts';
import type { BackrefSegment, Segment, VariableSegment } from '../../rules/template.ts';
import { requestFor, type Wish } from './request-for.ts';
import type { RewriteScope, RuleAt } from './rewrite-scope.ts';
import { type Sample, tryRules } from './sample.ts';
import { escaped, keyOf, languageFor, variableOf } from './values.ts';

/** A request that was led astray. */
export interface Hijack {
  readonly request: Sample;
  /** Where it leads. */
  readonly url: string;
  readonly host: string;
  /** The rule's text has spelled a host already, and the request makes another one of it. */
  readonly extends: boolean;
}

/** Nobody's, by RFC 6761. */
const EVIL = 'evil.test';

const AS_URL = [`http://${EVIL}/`, `https://${EVIL}/`];
const AS_HOST = [`${EVIL}/`, EVIL, `@${EVIL}/`, `.${EVIL}/`, `@${EVIL}`, `.${EVIL}`];

type Source = BackrefSegment | VariableSegment;

/** What the request puts into a result before its path begins. */
interface Opening {
  readonly source: Source;
  readonly texts: readonly string[];
  readonly extends: boolean;
}

/** A request that makes the rule lead to a host of its own choice; undefined when none was found. */
export function hijack(scope: RewriteScope, at: RuleAt, by: 'proxy' | 'redirect'): Hijack | undefined {
  for (const opening of openingsOf(at))
    for (const text of opening.texts)
      for (const wish of wishesFor(at, opening.source, text, by)) {
        const request = requestFor(scope, at, wish);
        const url = request ? leadsTo(scope, at, request, by) : undefined;
        const host = url === undefined ? undefined : hostOf(url);
        if (request && url !== undefined && host !== undefined && isEvil(host))
          return { request, url, host, extends: opening.extends };
      }
  return undefined;
}

function isEvil(host: string): boolean {
  return host === EVIL || host.endsWith(`.${EVIL}`);
}

/** The address that the rule makes of the request; undefined where it makes none, or another rule decides. */
export function leadsTo(
  scope: RewriteScope,
  at: RuleAt,
  request: Sample,
  by: 'proxy' | 'redirect',
): string | undefined {
  const outcome = outcomeOf(scope, at, request);
  if (outcome === undefined) return undefined;
  if (by === 'proxy') return outcome.kind === 'proxy' ? outcome.url : undefined;
  return outcome.kind === 'redirect' ? outcome.location : undefined;
}

/** What comes of the rule. Where another one with conditions is before it, they may fail next time: the rule is then tried alone. */
function outcomeOf(scope: RewriteScope, at: RuleAt, request: Sample): RewriteOutcome | undefined {
  const result = tryRules(scope, request)?.result;
  if (result === undefined || result.rule === at.rule) return result?.outcome;
  const isMaybe = result.outcome.kind !== 'status' && (result.rule?.conditions.length ?? 0) > 0;
  if (!isMaybe) return undefined;
  const alone = tryRules({ ...scope, set: { ...scope.set, rules: [at.rule] } }, request)?.result;
  return alone?.rule === at.rule ? alone.outcome : undefined;
}

/** The host of a URL, without port and user; in lower case. */
export function hostOf(url: string): string | undefined {
  const scheme = absoluteScheme(url);
  if (scheme === undefined) return undefined;
  const [authority = ''] = url.slice(scheme.prefix.length).split(/[/?#]/);
  return authority
    .slice(authority.lastIndexOf('@') + 1)
    .replace(/:[0-9]*$/, '')
    .toLowerCase();
}

function openingsOf({ rule }: RuleAt): readonly Opening[] {
  const segments = rule.substitution?.segments ?? [];
  const openings: Opening[] = [];
  let before = '';
  for (const segment of segments) {
    if (typeof segment === 'string') {
      before += segment;
      if (/[/?#]/.test(withoutScheme(before))) return openings;
    } else {
      const texts = before === '' ? AS_URL : AS_HOST;
      const isExtended = withoutScheme(before) !== '';
      for (const source of sourcesIn(segment)) openings.push({ source, texts, extends: isExtended });
    }
  }
  return openings;
}

function withoutScheme(text: string): string {
  const scheme = absoluteScheme(`${text}      `);
  return scheme ? text.slice(scheme.prefix.length) : text;
}

function sourcesIn(segment: Segment): readonly Source[] {
  if (typeof segment === 'string') return [];
  return segment.kind === 'map' ? segment.key.segments.flatMap(sourcesIn) : [segment];
}

/** Ways to bring the text in. */
function wishesFor(at: RuleAt, source: Source, text: string, by: 'proxy' | 'redirect'): readonly Wish[] {
  if (source.kind === 'variable') return variableWishes(keyOf(source.variable), text, by);
  return source.of === 'rule'
    ? ruleWishes(at, source.group, text)
    : conditionWishes(at, source.group, text, by);
}

/** A link on another page can carry a path and a query, and no header. */
function isOffered(key: string | undefined, by: 'proxy' | 'redirect'): key is string {
  if (key === undefined) return false;
  if (key === 'QUERY_STRING' || key === 'REQUEST_URI') return true;
  return by === 'proxy' && key.startsWith('header:');
}

function variableWishes(key: string | undefined, text: string, by: 'proxy' | 'redirect'): readonly Wish[] {
  if (!isOffered(key, by) || key === 'REQUEST_URI') return [];
  const patterns =
    key === 'header:host' ? [`^${escaped(EVIL)}$`, `\\.${escaped(EVIL)}$`] : [`^${escaped(text)}`];
  return patterns.flatMap((pattern) =>
    wish(languageFor(pattern), (language) => ({ value: { key, language } })),
  );
}

function wish(language: Language | undefined, make: (language: Language) => Wish): readonly Wish[] {
  return language === undefined ? [] : [make(language)];
}

function ruleWishes({ rule: { pattern, flags } }: RuleAt, group: number, text: string): readonly Wish[] {
  if (pattern.negated) return [];
  const language =
    group === 0
      ? languageFor(escaped(text))
      : languageWith(pattern.regex.source, { nocase: flags.noCase }, group, text);
  return wish(language, (subject) => ({ subject }));
}

function conditionWishes(
  { rule: { conditions } }: RuleAt,
  group: number,
  text: string,
  by: 'proxy' | 'redirect',
): readonly Wish[] {
  const of = conditions.findLast(({ test, negated }) => test.kind === 'regex' && !negated);
  if (of === undefined || of.test.kind !== 'regex') return [];
  const variable = variableOf(of.subject);
  if (!isOffered(variable && keyOf(variable), by)) return [];
  const { source } = of.test.regex;
  const language =
    group === 0 ? languageFor(escaped(text)) : languageWith(source, { nocase: of.noCase }, group, text);
  return wish(language, (found) => ({ condition: { of, language: found } }));
}
