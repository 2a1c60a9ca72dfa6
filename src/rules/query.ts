// What becomes of the query string when a rule substitutes.

import { absoluteScheme } from './absolute-uri.ts';

/** How a rule treats the query: its QSA, QSD and QSL flags, and whether its text rules out reading one. */
export interface QueryRule {
  readonly append: boolean;
  readonly discard: boolean;
  readonly splitAtLast: boolean;
  /** The substitution ended in `?`, or [QSD] stands beside one without `?`: no query, and none is read from the result. */
  readonly never: boolean;
}

/** A result without its query. `split` tells whether a `?` was found and taken out. */
export interface SplitResult {
  readonly path: string;
  readonly query: string | undefined;
  readonly split: boolean;
}

/** Takes the query out of an expanded substitution and joins it with the one the request had. */
export function splitQuery(result: string, old: string | undefined, rule: QueryRule): SplitResult {
  if (rule.never) return { path: result, query: undefined, split: false };
  const scheme = absoluteScheme(result);
  if (scheme && !scheme.hasQuery) return { path: result, query: undefined, split: false };
  const kept = rule.discard ? undefined : old;
  const from = scheme ? scheme.prefix.length : 0;
  const mark = rule.splitAtLast ? result.lastIndexOf('?') : result.indexOf('?', from);
  if (mark < from) return { path: result, query: kept, split: false };
  const added = result.slice(mark + 1);
  return {
    path: result.slice(0, mark),
    query: withoutLastAmpersand(rule.append ? appendQuery(added, kept) : added),
    split: true,
  };
}

// The `&` stands between the two even where the request had no query.
function appendQuery(added: string, old = ''): string {
  return added === '' ? old : `${added}&${old}`;
}

// One trailing `&` goes, so `?&` leaves an empty query that still shows its question mark.
function withoutLastAmpersand(query: string): string | undefined {
  if (query === '') return undefined;
  return query.endsWith('&') ? query.slice(0, -1) : query;
}
