// Which aliases or redirects of a long list can apply to a path at all. Ten thousand redirects then cost a few look-ups
// and not ten thousand comparisons; what is found is still matched as always, in file order.

import { PathIndex } from '../../kit/path-index.ts';
import { inOrder, type NeedyPattern, PatternIndex } from '../../kit/pattern-index.ts';

/** What the index needs of an entry; exactly one of both is there. */
interface Entry {
  readonly prefix?: string;
  readonly regex?: NeedyPattern;
}

/** Lists shorter than this are simply walked. */
const WORTHWHILE = 24;

const indexes: WeakMap<readonly Entry[], EntryIndex> = new WeakMap();

class EntryIndex {
  readonly #byPath: PathIndex = new PathIndex();
  readonly #byPattern: PatternIndex = new PatternIndex();
  /** Patterns about which nothing is known. */
  readonly #always: number[] = [];

  #size = 0;

  /** Takes in what has come to the list since: while a configuration is read, lists grow. */
  update(entries: readonly Entry[]): void {
    for (; this.#size < entries.length; this.#size++) {
      const { prefix, regex } = entries[this.#size]!;
      if (prefix !== undefined) this.#byPath.add(prefix, this.#size);
      else if (!this.#byPattern.add(regex!, this.#size)) this.#always.push(this.#size);
    }
  }

  candidates(uri: string): readonly number[] {
    const found: number[] = [];
    this.#byPath.collect(uri, found);
    this.#byPattern.collect(uri, found);
    return inOrder(this.#always, found);
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
  const index = indexes.get(entries) ?? new EntryIndex();
  indexes.set(entries, index);
  index.update(entries);
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
