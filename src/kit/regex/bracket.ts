// Reads a class, `[…]`, to the set of bytes it stands for (pcre2pattern, "Square brackets and character classes").

import { type ByteSet, byteSet, complementOf, foldCase, POSIX_CLASSES } from './byte-set.ts';
import type { Cursor } from './cursor.ts';
import { readByteEscape, readClassEscape } from './escape.ts';

/** What stands at one place of a class: a byte, which may begin a range, or a whole set, which may not. */
type Member = number | ByteSet;

/** Reads a class with the cursor behind `[`; `blanks` are left out of it under `(?xx)`. */
export function readBracket(cursor: Cursor, options: { nocase: boolean; blanks: boolean }): ByteSet {
  const start = cursor.at - 1;
  const negated = cursor.take('^');
  const set = byteSet();
  const members = new MemberReader(cursor, options.blanks, options.nocase);
  for (let first = true; ; first = false) {
    members.skip();
    if (cursor.atEnd) cursor.fail('missing ] at the end of a class', start);
    if (!first && !members.quoting && cursor.take(']')) break;
    addMember(set, members);
  }
  const folded = options.nocase ? foldCase(set) : set;
  return negated ? complementOf(folded) : folded;
}

function addMember(set: ByteSet, members: MemberReader): void {
  const cursor: Cursor = members.cursor;
  const member = members.read();
  members.skip();
  const ranged = !members.quoting && cursor.peek() === '-' && cursor.peek(1) !== ']' && cursor.peek(1) !== '';
  if (!ranged) {
    addTo(set, member);
    return;
  }
  const hyphen = cursor.at++;
  members.skip();
  if (!members.quoting && cursor.peek() === ']') {
    addTo(set, member);
    addTo(set, 0x2d);
    return;
  }
  const last = members.read();
  if (typeof member !== 'number' || typeof last !== 'number') {
    cursor.fail('invalid range in a class: one end is itself a class', hyphen);
  }
  if (last < member) cursor.fail('range out of order in a class', hyphen);
  set.fill(1, member, last + 1);
}

function addTo(set: ByteSet, member: Member): void {
  if (typeof member === 'number') set[member] = 1;
  else for (let byte = 0; byte < 256; byte++) set[byte]! |= member[byte]!;
}

class MemberReader {
  readonly cursor: Cursor;
  readonly #blanks: boolean;
  readonly #nocase: boolean;
  /** Between `\Q` and `\E`. */
  quoting = false;

  constructor(cursor: Cursor, blanks: boolean, nocase: boolean) {
    this.cursor = cursor;
    this.#blanks = blanks;
    this.#nocase = nocase;
  }

  /** Steps over what is no member: `\Q`, `\E`, and blanks where they do not count. */
  skip(): void {
    for (;;) {
      if (this.cursor.take('\\E')) this.quoting = false;
      else if (this.quoting) return;
      else if (this.cursor.take('\\Q')) this.quoting = true;
      else if (this.#blanks && /[ \t]/.test(this.cursor.peek())) this.cursor.at++;
      else return;
    }
  }

  read(): Member {
    const cursor: Cursor = this.cursor;
    if (this.quoting) return cursor.next().charCodeAt(0);
    if (cursor.peek() === '[') return this.#posix() ?? cursor.next().charCodeAt(0);
    return cursor.take('\\') ? this.#escape() : cursor.next().charCodeAt(0);
  }

  #escape(): Member {
    const cursor: Cursor = this.cursor;
    const letter = cursor.peek();
    if (cursor.take('b')) return 0x08;
    if (/[89]/.test(letter)) return cursor.next().charCodeAt(0);
    if (/[BRXNAzZG]/.test(letter)) cursor.fail(`\\${letter} has no meaning in a class`, cursor.at - 1);
    return readClassEscape(cursor) ?? readByteEscape(cursor);
  }

  #posix(): ByteSet | undefined {
    const cursor: Cursor = this.cursor;
    const start = cursor.at;
    const found = cursor.match(/\[([:.=])(\^?)([^\]\\:.=]*)\1\]/y);
    if (!found) return undefined;
    const [, kind, negated, name = ''] = found;
    if (kind !== ':') cursor.fail('POSIX collating elements are not supported', start);
    const set = POSIX_CLASSES.get(this.#nocase && /^(?:upper|lower)$/.test(name) ? 'alpha' : name);
    if (!set) cursor.fail(`unknown POSIX class name ${name}`, start);
    return negated ? complementOf(set) : set;
  }
}
