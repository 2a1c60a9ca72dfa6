// The variables of a request. As in Apache's tables a name is found whatever its case, and keeps that of its first
// setting. A flat list: most requests have a handful, and are asked for many more that they have not.

import { equalsIgnoreCase } from '../kit/ascii.ts';

export class Environment implements Iterable<readonly [name: string, value: string]> {
  /** name, value, name, value … in the order of their first setting. */
  readonly #flat: string[] = [];

  constructor(entries: Iterable<readonly [string, string]> = []) {
    for (const [name, value] of entries) this.set(name, value);
  }

  get size(): number {
    return this.#flat.length / 2;
  }

  get(name: string): string | undefined {
    const at = this.#find(name);
    return at < 0 ? undefined : this.#flat[at + 1];
  }

  has(name: string): boolean {
    return this.#find(name) >= 0;
  }

  set(name: string, value: string): void {
    const at = this.#find(name);
    if (at < 0) this.#flat.push(name, value);
    else this.#flat[at + 1] = value;
  }

  delete(name: string): void {
    const at = this.#find(name);
    if (at >= 0) this.#flat.splice(at, 2);
  }

  names(): string[] {
    return this.#flat.filter((_, at) => at % 2 === 0);
  }

  *[Symbol.iterator](): IterableIterator<[string, string]> {
    for (let i = 0; i < this.#flat.length; i += 2) yield [this.#flat[i]!, this.#flat[i + 1]!];
  }

  #find(name: string): number {
    const flat = this.#flat;
    for (let i = 0; i < flat.length; i += 2) {
      const known = flat[i]!;
      if (known.length === name.length && equalsIgnoreCase(known, name)) return i;
    }
    return -1;
  }
}
