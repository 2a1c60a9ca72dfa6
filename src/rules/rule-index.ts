// Which rules of a long list can match a subject at all: by the texts that their patterns need.
// Ten thousand redirects then cost a few look-ups and not ten thousand regular expressions.

import { inOrder, PatternIndex } from '../kit/pattern-index.ts';
import type { Rule } from './rule.ts';

/** Lists shorter than this are simply walked. */
const worthwhile = 24;

const indexes = new WeakMap<readonly Rule[], RuleIndex>();

/** The index of a rule list, made at its first use; undefined for a short list. */
export function indexOf(rules: readonly Rule[]): RuleIndex | undefined {
  if (rules.length < worthwhile) return undefined;
  const known = indexes.get(rules);
  if (known) return known;
  const index = new RuleIndex(rules);
  indexes.set(rules, index);
  return index;
}

/** Answers with positions in the list, ascending. Rules it leaves out do not match. */
export class RuleIndex {
  /** Rules about which nothing is known; chains are among them, as a failing link has consequences. */
  readonly #always: number[] = [];
  readonly #byPattern = new PatternIndex();

  constructor(rules: readonly Rule[]) {
    for (const [position, { pattern, flags }] of rules.entries()) {
      const isFree = !pattern.negated && !flags.chain;
      if (!isFree || !this.#byPattern.add(pattern.regex, position)) this.#always.push(position);
    }
  }

  candidates(subject: string): readonly number[] {
    const found: number[] = [];
    this.#byPattern.collect(subject, found);
    return inOrder(this.#always, found);
  }
}

/** Goes through a rule list from front to back, leaving out what cannot match. */
export class RuleWalk {
  readonly #index: RuleIndex | undefined;
  #candidates: readonly number[] = [];
  #cursor = 0;

  constructor(index: RuleIndex | undefined) {
    this.#index = index;
  }

  /** To be called for each new subject. */
  begin(subject: string): void {
    if (!this.#index) return;
    this.#candidates = this.#index.candidates(subject);
    this.#cursor = 0;
  }

  /** The first position from `from` on that is worth a try. */
  next(from: number): number {
    if (!this.#index) return from;
    while (this.#cursor < this.#candidates.length && this.#candidates[this.#cursor]! < from) this.#cursor++;
    return this.#candidates[this.#cursor] ?? Number.POSITIVE_INFINITY;
  }
}
