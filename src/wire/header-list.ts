// The header fields of one message, in the order and spelling they came in.
// A flat array and a length-first comparison: a list of a dozen fields is searched faster than a Map is built.

import { equalsIgnoreCase } from '../kit/ascii.ts';

/** Names and values beyond which a list is not searched field by field: more than LimitRequestFields lets in. */
const MANY = 256;

/**
 * Header fields as byte strings. Names are compared without case (RFC 9110 section 5.1); order, spelling and
 * duplicates are kept. `name` arguments are expected in lower case.
 */
export class HeaderList {
  /** name, value, name, value … */
  readonly flat: string[] = [];

  /** How many fields there are. */
  get size(): number {
    return this.flat.length / 2;
  }

  #find(name: string, from: number): number {
    const flat = this.flat;
    for (let i = from; i < flat.length; i += 2) {
      const candidate = flat[i]!;
      if (candidate.length === name.length && equalsIgnoreCase(candidate, name)) return i;
    }
    return -1;
  }

  /** The first value, or undefined. */
  get(name: string): string | undefined {
    const at = this.#find(name, 0);
    return at < 0 ? undefined : this.flat[at + 1];
  }

  /** Whether there is a field of that name. */
  has(name: string): boolean {
    return this.#find(name, 0) >= 0;
  }

  /** Every value, in order. */
  getAll(name: string): string[] {
    const values: string[] = [];
    for (let i = this.#find(name, 0); i >= 0; i = this.#find(name, i + 2)) values.push(this.flat[i + 1]!);
    return values;
  }

  /** How many fields have that name. */
  count(name: string): number {
    let count = 0;
    for (let i = this.#find(name, 0); i >= 0; i = this.#find(name, i + 2)) count += 1;
    return count;
  }

  /** Whether all fields of that name have the same value; true when there is none. */
  isUniform(name: string): boolean {
    const first = this.#find(name, 0);
    if (first < 0) return true;
    for (let i = this.#find(name, first + 2); i >= 0; i = this.#find(name, i + 2))
      if (this.flat[i + 1] !== this.flat[first + 1]) return false;
    return true;
  }

  /** All values joined by `, ` (RFC 9110 section 5.2), or undefined when there is none. */
  combined(name: string): string | undefined {
    const first = this.#find(name, 0);
    if (first < 0) return undefined;
    let value = this.flat[first + 1]!;
    for (let i = this.#find(name, first + 2); i >= 0; i = this.#find(name, i + 2))
      value += `, ${this.flat[i + 1]}`;
    return value;
  }

  /** How long the longest value is once fields of the same name are joined by `, `. */
  longestJoined(): number {
    const lengths = new Map<string, number>();
    let longest = 0;
    for (let i = 0; i < this.flat.length; i += 2) {
      const name = this.flat[i]!.toLowerCase();
      const before = lengths.get(name);
      const length = this.flat[i + 1]!.length + (before === undefined ? 0 : before + 2);
      lengths.set(name, length);
      if (length > longest) longest = length;
    }
    return longest;
  }

  /** Adds a field at the end. */
  append(name: string, value: string): void {
    this.flat.push(name, value);
  }

  /** Replaces the first field of that name in place, spelled as given, and drops the others. */
  set(name: string, value: string): void {
    const at = this.#find(name.toLowerCase(), 0);
    if (at < 0) {
      this.flat.push(name, value);
      return;
    }
    this.flat[at] = name;
    this.flat[at + 1] = value;
    this.#deleteFrom(name.toLowerCase(), at + 2);
  }

  /** Joins `value` onto the first field of that name with `, `, or adds the field. */
  merge(name: string, value: string): void {
    const at = this.#find(name.toLowerCase(), 0);
    if (at < 0) this.flat.push(name, value);
    else this.flat[at + 1] = `${this.flat[at + 1]}, ${value}`;
  }

  /**
   * Joins repeated fields onto the first of their name, as Apache does with every request it has read. Lengths differ
   * nearly always, so this costs little where nothing repeats.
   */
  joinRepeated(): void {
    const flat = this.flat;
    if (flat.length > MANY) {
      this.#joinMany();
      return;
    }
    for (let i = 2; i < flat.length; i += 2) {
      const first = this.#find(flat[i]!, 0);
      if (first === i) continue;
      flat[first + 1] = `${flat[first + 1]}, ${flat[i + 1]}`;
      flat.splice(i, 2);
      i -= 2;
    }
  }

  /** The same for lists in which a search for each field would take too long. */
  #joinMany(): void {
    const flat = this.flat;
    const places = new Map<string, number>();
    let end = 0;
    for (let i = 0; i < flat.length; i += 2) {
      const name = flat[i]!.toLowerCase();
      const first = places.get(name);
      if (first === undefined) {
        places.set(name, end);
        flat[end] = flat[i]!;
        flat[end + 1] = flat[i + 1]!;
        end += 2;
      } else flat[first + 1] = `${flat[first + 1]}, ${flat[i + 1]}`;
    }
    flat.length = end;
  }

  /** Drops every field of that name. */
  delete(name: string): void {
    this.#deleteFrom(name, 0);
  }

  #deleteFrom(name: string, from: number): void {
    for (let i = this.#find(name, from); i >= 0; i = this.#find(name, i)) this.flat.splice(i, 2);
  }

  /** Drops all fields. */
  clear(): void {
    this.flat.length = 0;
  }

  /** A list of its own with the same fields. */
  clone(): HeaderList {
    const copy = new HeaderList();
    for (let i = 0; i < this.flat.length; i++) copy.flat.push(this.flat[i]!);
    return copy;
  }

  /** Name and value of every field, in order and as spelled. */
  *[Symbol.iterator](): IterableIterator<[string, string]> {
    for (let i = 0; i < this.flat.length; i += 2) yield [this.flat[i]!, this.flat[i + 1]!];
  }
}
