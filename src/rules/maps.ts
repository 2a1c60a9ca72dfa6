// RewriteMap: what kinds there are, the internal functions, and how an answer is used.
// Files, programs and databases are the host's business behind MapSource.

import { lowerAscii, startsWithIgnoreCase, upperAscii } from '../kit/ascii.ts';
import { escapeUrl, unescapeUrl } from './escape.ts';
import type { Answer } from './host.ts';
import type { RewriteProblem } from './problem.ts';

const kinds = ['txt', 'rnd', 'dbm', 'int', 'prg', 'dbd', 'fastdbd'] as const;

export type MapKind = (typeof kinds)[number];

/** Where a map's values come from; null is "no such key". */
export interface MapSource {
  lookup(key: string): Answer<string | null>;
  /** True when the answer for this key is kept from an earlier lookup; only traces ask. */
  isCached?(key: string): boolean;
}

/** A map as a rule set holds it. */
export interface RewriteMap {
  readonly kind: MapKind;
  readonly source: MapSource;
}

/** The second argument of RewriteMap, taken apart. */
export interface MapLocation {
  readonly kind: MapKind;
  /** The type in `dbm=type:`. */
  readonly dbmType: string | undefined;
  /** A path, a function name, a command line or a query. */
  readonly argument: string;
}

/** Reads `type:source`; without a known type it is the path of a text file. */
export function readMapLocation(text: string): MapLocation {
  const dbm = /^dbm=([^:]*):/i.exec(text);
  if (dbm) return { kind: 'dbm', dbmType: dbm[1], argument: text.slice(dbm[0].length) };
  const kind = kinds.find((known) => startsWithIgnoreCase(text, `${known}:`));
  if (!kind) return { kind: 'txt', dbmType: undefined, argument: text };
  return { kind, dbmType: undefined, argument: text.slice(kind.length + 1) };
}

const internalFunctions = new Map<string, (key: string) => string>([
  ['tolower', lowerAscii],
  ['toupper', upperAscii],
  ['escape', escapeUrl],
  ['unescape', unescapeUrl],
]);

/** The map behind `int:name`; names are case-sensitive. */
export function internalMap(name: string): RewriteMap | RewriteProblem {
  const call = internalFunctions.get(name);
  if (call) return { kind: 'int', source: { lookup: call } };
  return {
    error: `RewriteMap: internal map not found:${name}`,
    offset: 0,
    hint: `the internal functions are ${[...internalFunctions.keys()].join(', ')}`,
  };
}

/** True when an answer counts as found: text maps treat an empty value as a miss, the others do not. */
export function isHit(kind: MapKind, value: string | null): value is string {
  if (value === null) return false;
  return value !== '' || !(kind === 'txt' || kind === 'rnd' || kind === 'dbm');
}
