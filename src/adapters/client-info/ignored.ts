// What a request said that did not count, and why: for whoever wonders where an answer comes from.

/** A value of a request that did not count. */
export interface Ignored {
  /** The header field, in lower case. */
  readonly field: string;
  /** What it said, cut to 200 characters, with `?` for whatever is not printable ASCII. From a client: escape it in HTML. */
  readonly value: string;
  /** The reason, in a few words of English. */
  readonly why: string;
}

const LONGEST_VALUE = 200;
const MOST = 32;

export class IgnoredList {
  readonly #entries: Ignored[] = [];

  add(field: string, value: string, why: string): void {
    if (this.#entries.length >= MOST || value === '') return;
    const short = value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE - 1)}\u2026` : value;
    this.#entries.push(Object.freeze({ field, value: short.replace(/[^\x20-\x7e\u2026]/g, '?'), why }));
  }

  /** The list as it is handed out; nothing is added after that. */
  freeze(): readonly Ignored[] {
    return Object.freeze(this.#entries);
  }
}
