// What is known of certain header fields, by name without case. Most fields of a message are none of them: length and
// first letter tell so, and no name has to be copied into lower case for it.

import { equalsIgnoreCase } from '../kit/ascii.ts';

interface Entry<T> {
  readonly name: string;
  readonly first: number;
  readonly value: T;
}

/** A fixed table from field names to values. */
export class FieldTable<T> {
  readonly #byLength: Entry<T>[][] = [];

  constructor(entries: Iterable<readonly [name: string, value: T]>) {
    for (const [name, value] of entries) {
      while (this.#byLength.length <= name.length) this.#byLength.push([]);
      this.#byLength[name.length]!.push({ name, first: name.charCodeAt(0) | 0x20, value });
    }
  }

  /** The value for a field name in any case, or undefined. */
  get(name: string): T | undefined {
    if (name.length >= this.#byLength.length) return undefined;
    const entries = this.#byLength[name.length]!;
    const first = name.charCodeAt(0) | 0x20;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      if (entry.first === first && equalsIgnoreCase(entry.name, name)) return entry.value;
    }
    return undefined;
  }
}
