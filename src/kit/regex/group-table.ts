// The capture groups of a pattern: their numbers and names, and the references to them, which may come first.

import type { Cursor } from './cursor.ts';

/** What a reference names, and where it stands. */
export type Reference =
  | { readonly number: number; readonly offset: number }
  | { readonly name: string; readonly offset: number };

export class GroupTable {
  count = 0;
  /** Each name's first group. */
  readonly names: Map<string, number> = new Map();
  readonly #all: Map<string, number[]> = new Map();
  readonly #pending: { readonly reference: Reference; readonly groups: number[] }[] = [];

  /** Gives a name to a group; false when another group has it and may not share it. */
  name(name: string, group: number, mayRepeat: boolean): boolean {
    const groups = this.#all.get(name);
    if (!groups) {
      this.names.set(name, group);
      this.#all.set(name, [group]);
      return true;
    }
    if (groups.includes(group)) return true;
    groups.push(group);
    return mayRepeat;
  }

  /** Notes a reference; `groups` is filled when the whole pattern has been read. */
  refer(reference: Reference, groups: number[]): void {
    this.#pending.push({ reference, groups });
  }

  /** Resolves all references; a group that does not exist is an error. */
  settle(cursor: Cursor): void {
    for (const { reference, groups } of this.#pending) {
      const found = this.#resolve(reference);
      if (!found) cursor.fail('reference to a group that does not exist', reference.offset);
      groups.push(...found);
    }
  }

  #resolve(reference: Reference): readonly number[] | undefined {
    if ('name' in reference) return this.#all.get(reference.name);
    const exists = reference.number >= 0 && reference.number <= this.count;
    return exists ? [reference.number] : undefined;
  }
}
