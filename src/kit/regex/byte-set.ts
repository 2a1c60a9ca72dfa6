// Sets of bytes: what one position of a regular expression may match. Immutable once handed out.
// Case is ASCII only, and the classes are those of the C locale, as PCRE's built-in tables have them.

/** 256 entries, 1 where the byte belongs to the set. */
export type ByteSet = Uint8Array;

/** A set of the given bytes and inclusive ranges. */
export function byteSet(...members: readonly (number | readonly [number, number])[]): ByteSet {
  const set = new Uint8Array(256);
  for (const member of members) {
    if (typeof member === 'number') set[member] = 1;
    else set.fill(1, member[0], member[1] + 1);
  }
  return set;
}

/** Every byte that is in any of the sets. */
export function unionOf(...sets: readonly ByteSet[]): ByteSet {
  const union = new Uint8Array(256);
  for (const set of sets) for (let byte = 0; byte < 256; byte++) union[byte]! |= set[byte]!;
  return union;
}

/** Every byte that is not in the set. */
export function complementOf(set: ByteSet): ByteSet {
  return set.map((present) => 1 - present);
}

/** True when some byte is in both sets. */
export function overlap(a: ByteSet, b: ByteSet): boolean {
  for (let byte = 0; byte < 256; byte++) if (a[byte] && b[byte]) return true;
  return false;
}

/** The set with both cases of every ASCII letter in it. */
export function foldCase(set: ByteSet): ByteSet {
  const folded = Uint8Array.from(set);
  for (let upper = 0x41; upper <= 0x5a; upper++) {
    if (set[upper] || set[upper + 32]) folded[upper] = folded[upper + 32] = 1;
  }
  return folded;
}

const singles: (ByteSet | undefined)[] = [];
const caseless: (ByteSet | undefined)[] = [];

/** The set of one byte, with `nocase` in both cases; always the same one, as patterns are made of thousands. */
export function singleByte(byte: number, nocase: boolean): ByteSet {
  if (nocase) {
    caseless[byte] ??= foldCase(byteSet(byte));
    return caseless[byte];
  }
  singles[byte] ??= byteSet(byte);
  return singles[byte];
}

/** How many bytes the set holds. */
export function sizeOf(set: ByteSet): number {
  return set.reduce((size, present) => size + present, 0);
}

export const NO_BYTE: ByteSet = byteSet();
export const ANY_BYTE: ByteSet = byteSet([0, 255]);
export const DIGIT: ByteSet = byteSet([0x30, 0x39]);
export const WORD: ByteSet = byteSet([0x30, 0x39], [0x41, 0x5a], 0x5f, [0x61, 0x7a]);
export const SPACE: ByteSet = byteSet([0x09, 0x0d], 0x20);
export const HORIZONTAL_SPACE: ByteSet = byteSet(0x09, 0x20, 0xa0);
export const VERTICAL_SPACE: ByteSet = byteSet([0x0a, 0x0d], 0x85);

/** The POSIX classes, by the name between `[:` and `:]`. */
export const POSIX_CLASSES: ReadonlyMap<string, ByteSet> = new Map([
  ['alpha', byteSet([0x41, 0x5a], [0x61, 0x7a])],
  ['lower', byteSet([0x61, 0x7a])],
  ['upper', byteSet([0x41, 0x5a])],
  ['alnum', byteSet([0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a])],
  ['ascii', byteSet([0, 0x7f])],
  ['blank', byteSet(0x09, 0x20)],
  ['cntrl', byteSet([0, 0x1f], 0x7f)],
  ['digit', DIGIT],
  ['graph', byteSet([0x21, 0x7e])],
  ['print', byteSet([0x20, 0x7e])],
  ['punct', byteSet([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e])],
  ['space', SPACE],
  ['word', WORD],
  ['xdigit', byteSet([0x30, 0x39], [0x41, 0x46], [0x61, 0x66])],
]);

const sources: WeakMap<ByteSet, string> = new WeakMap();

/** The set as the shortest simple JavaScript source: a character, a class or a negated class. */
export function setSource(set: ByteSet): string {
  const source = sources.get(set) ?? writeSource(set);
  sources.set(set, source);
  return source;
}

function writeSource(set: ByteSet): string {
  const size = sizeOf(set);
  if (size === 256) return '[^]';
  if (size === 0) return '[]';
  if (size === 1) return byteSource(set.indexOf(1));
  return size > 128 ? `[^${rangesSource(complementOf(set))}]` : `[${rangesSource(set)}]`;
}

function rangesSource(set: ByteSet): string {
  let source = '';
  for (let from = 0; from < 256; from++) {
    if (!set[from]) continue;
    let to = from;
    while (to < 255 && set[to + 1]) to++;
    source += byteSource(from);
    if (to > from + 1) source += '-';
    if (to > from) source += byteSource(to);
    from = to;
  }
  return source;
}

function byteSource(byte: number): string {
  return WORD[byte] ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
}
