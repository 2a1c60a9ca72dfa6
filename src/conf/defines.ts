// The variables of a configuration: Define and UnDefine, and -D of the command line.

import { lowerAscii } from '../kit/ascii.ts';

/** As in Apache, IfDefine minds the case of a name and `${NAME}` does not. */
export class Defines {
  readonly #names = new Map<string, string | undefined>();
  readonly #values = new Map<string, string>();

  constructor(initial: Iterable<readonly [string, string | undefined]> = []) {
    for (const [name, value] of initial) this.set(name, value);
  }

  set(name: string, value: string | undefined): void {
    this.#names.set(name, value);
    if (value !== undefined) this.#values.set(lowerAscii(name), value);
  }

  delete(name: string): void {
    this.#names.delete(name);
    this.#values.delete(lowerAscii(name));
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** The value that `${name}` stands for. */
  find(name: string): string | undefined {
    return this.#values.get(lowerAscii(name));
  }

  /** All names; undefined for those without a value. */
  entries(): ReadonlyMap<string, string | undefined> {
    return new Map(this.#names);
  }
}
