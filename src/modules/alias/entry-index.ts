// Which aliases or redirects of a long list can apply to a path at all. Ten thousand redirects then cost a few look-ups
// and not ten thousand comparisons; what is found is still matched as always, in file order.

import { literalPrefix } from '../../rules/literal-prefix.ts';
import { PrefixTable } from '../../rules/prefix-table.ts';

/** What the index needs of an entry; exactly one of both is there. */
interface Entry {
  readonly prefix?: string;
  readonly regex?: { readonly source: string };
}

/** Lists shorter than this are simply walked. */
const WORTHWHILE = 24;

/** A look-up is made for each length of a pattern's beginning, so there are few lengths. */
const LONGEST = 48;

const indexes: WeakMap<readonly Entry[], EntryIndex> = new WeakMap();

/** Slashes in a row stand for one, and one at the end for none: how a prefix and a path become comparable. */
function plainPath(path: string): string {
  const merged = path.includes('//') ? path.replace(/\/{2,}/g, '/') : path;
  return merged.endsWith('/') ? merged.slice(0, -1) : merged;
}

class EntryIndex {
  readonly #byPath: Map<string, number[]> = new Map();
  readonly #byBeginning: PrefixTable = new PrefixTable();
  /** Patterns about whose beginning nothing is known. */
  readonly #always: number[] = [];

  constructor(entries: readonly Entry[]) {
    for (const [position, { prefix, regex }] of entries.entries()) {
      if (prefix !== undefined) this.#addPath(plainPath(prefix), position);
      else this.#addPattern(literalPrefix(regex?.source ?? '').slice(0, LONGEST), position);
    }
  }

  #addPath(path: string, position: number): void {
    const positions = this.#byPath.get(path);
    if (positions === undefined) this.#byPath.set(path, [position]);
    else positions.push(position);
  }

  #addPattern(beginning: string, position: number): void {
    if (beginning === '') this.#always.push(position);
    else this.#byBeginning.add(beginning, position);
  }

  candidates(uri: string): readonly number[] {
    const found: number[] = [];
    const path = plainPath(uri);
    for (let end = 0; end >= 0; end = path.indexOf('/', end + 1)) this.#collect(path.slice(0, end), found);
    this.#collect(path, found);
    this.#byBeginning.collect(uri, found);
    if (found.length === 0) return this.#always;
    return [...this.#always, ...found].sort((a, b) => a - b);
  }

  #collect(path: string, into: number[]): void {
    const positions = this.#byPath.get(path);
    if (positions !== undefined) into.push(...positions);
  }
}

/**
 * Calls `apply` for the entries that can apply to a decoded path, in order, until it answers something; its answer,
 * or undefined when none applies.
 */
export function firstThatApplies<E extends Entry, T>(
  entries: readonly E[],
  uri: string,
  apply: (entry: E) => T | undefined,
): T | undefined {
  if (entries.length < WORTHWHILE) return firstOf(entries, apply);
  const index = indexes.get(entries) ?? new EntryIndex(entries);
  indexes.set(entries, index);
  for (const position of index.candidates(uri)) {
    const applied = apply(entries[position]!);
    if (applied !== undefined) return applied;
  }
  return undefined;
}

function firstOf<E, T>(entries: readonly E[], apply: (entry: E) => T | undefined): T | undefined {
  for (let i = 0; i < entries.length; i++) {
    const applied = apply(entries[i]!);
    if (applied !== undefined) return applied;
  }
  return undefined;
}
