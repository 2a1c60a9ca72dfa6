// What variables of requests can be at all, and what a condition asks of one.

import { type Demand, findText, type Language, languageOf } from '../../kit/regex/language.ts';
import type { Condition } from '../../rules/index.ts';
import type { Template } from '../../rules/template.ts';
import type { Variable } from '../../rules/variables.ts';

const known = new Map<string, Language | undefined>();

/** The language of a pattern; made once. */
export function languageFor(source: string, nocase = false): Language | undefined {
  const key = `${nocase ? 'i' : 'c'}${source}`;
  if (!known.has(key)) {
    // Long lists of patterns are looked at one after the other: old ones are not asked for again.
    if (known.size > 6000) known.clear();
    known.set(key, languageOf(source, { nocase }));
  }
  return known.get(key);
}

/** A pattern for a text, to the letter. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}

/** The language of one text. */
export function exactly(text: string, nocase = false): Language | undefined {
  return languageFor(`^${escaped(text)}$`, nocase);
}

/** A name for a variable that is the same wherever it is read; undefined where the text is more than a variable. */
export function variableOf({ segments }: Template): Variable | undefined {
  const [segment, ...more] = segments;
  if (segment === undefined || typeof segment === 'string' || more.length > 0) return undefined;
  return segment.kind === 'variable' ? segment.variable : undefined;
}

/** The name of a variable's value: `HTTPS`, `header:host`, `env:X`. */
export function keyOf(variable: Variable): string | undefined {
  switch (variable.from) {
    case 'header':
      return `header:${variable.name.toLowerCase()}`;
    case 'env':
      return `env:${variable.name}`;
    case 'state':
    case 'server':
      return variable.name;
    default:
      return undefined;
  }
}

/** Patterns that every value matches. */
const POSSIBLE: { readonly [key: string]: string } = {
  HTTPS: '^(?:on|off)$',
  REQUEST_SCHEME: '^https?$',
  REQUEST_METHOD: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$",
  REQUEST_URI: '^/',
  QUERY_STRING: '^[^\\x00-\\x20#\\x7f]*$',
  SERVER_PORT: '^[0-9]+$',
  SERVER_PROTOCOL: '^(?:HTTP/[0-9]\\.[0-9]|INCLUDED)$',
  REMOTE_ADDR: '^[0-9a-f.:]+$',
  CONN_REMOTE_ADDR: '^[0-9a-f.:]+$',
  THE_REQUEST: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^ ]+(?: HTTP/[0-9]\\.[0-9])?$",
  IS_SUBREQ: '^(?:true|false)$',
  IPV6: '^(?:on|off)$',
  DOCUMENT_ROOT: '^/',
  REQUEST_FILENAME: '^/',
  SCRIPT_FILENAME: '^/',
  'header:host': '^[^\\x00-\\x20/?#@%,\\x7f-\\xff]*$',
};

const ANY_HEADER = '^[^\\x00-\\x08\\x0a-\\x1f\\x7f]*$';

/** What values there are of a variable; undefined where nothing is known. */
export function possible(key: string): Language | undefined {
  const source = POSSIBLE[key] ?? (key.startsWith('header:') ? ANY_HEADER : undefined);
  return source === undefined ? undefined : languageFor(source);
}

/** What a condition asks of its variable; undefined where it asks something else. */
export function demandOf({ test, noCase, negated }: Condition): Demand | undefined {
  const language =
    test.kind === 'regex'
      ? languageFor(test.regex.source, noCase)
      : test.kind === 'string' && test.operator === '='
        ? exactly(test.operand, noCase)
        : undefined;
  return language && { language, inside: !negated };
}

/** The other way round. */
export function opposite({ language, inside }: Demand): Demand {
  return { language, inside: !inside };
}

/** A value of the variable that is as demanded; null when there can be none, undefined when that is not known. */
export function valueFor(key: string, demands: readonly Demand[]): string | null | undefined {
  const values = possible(key);
  return findText(values === undefined ? demands : [{ language: values, inside: true }, ...demands]);
}
