// A map of bounded size: what has not been asked for since the last so many additions is forgotten. Forgetting all of an
// older half at once costs nothing, where taking out the oldest entry of a Map, again and again, does.

export class TwoGenerations<T> {
  readonly #size: number;
  #young: Map<string, T> = new Map();
  #old: Map<string, T> = new Map();

  /** `size`: entries of a generation; never more than twice as many are kept. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Undefined where there is none, or no longer. */
  get(key: string): T | undefined {
    const value = this.#young.get(key);
    if (value !== undefined) return value;
    const kept = this.#old.get(key);
    if (kept !== undefined) this.set(key, kept);
    return kept;
  }

  set(key: string, value: T): void {
    if (this.#young.size >= this.#size) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
