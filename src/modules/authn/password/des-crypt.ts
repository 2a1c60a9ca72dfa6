// The oldest hashes of crypt(3): DES, 25 times over a block of zeros, with an expansion that twelve bits of salt change.
// Only for password files that still have them: of a password it sees eight bytes, and of these seven bits each.

import { crypt64, crypt64Value } from './crypt64.ts';

/** One bit each: permutations are a look-up per bit, and a millisecond or two is fast enough. */
type Bits = Uint8Array;

/** Positions of the standard (FIPS 46-3), counted from 1 there and from 0 here. */
function positions(text: string): readonly number[] {
  return text
    .trim()
    .split(/\s+/)
    .map((word) => Number(word) - 1);
}

const INITIAL: readonly number[] = [58, 60, 62, 64, 57, 59, 61, 63].flatMap((first) =>
  Array.from({ length: 8 }, (_, i) => first - 8 * i - 1),
);
const FINAL: readonly number[] = Array.from({ length: 64 }, (_, i) => INITIAL.indexOf(i));
const EXPANSION: readonly number[] = Array.from(
  { length: 48 },
  (_, i) => (4 * Math.floor(i / 6) + (i % 6) + 31) % 32,
);
const MIX = positions(
  '16 7 20 21 29 12 28 17 1 15 23 26 5 18 31 10 2 8 24 14 32 27 3 9 19 13 30 6 22 11 4 25',
);
const CHOICE_1 = positions(`57 49 41 33 25 17 9 1 58 50 42 34 26 18 10 2 59 51 43 35 27 19 11 3 60 52 44 36
  63 55 47 39 31 23 15 7 62 54 46 38 30 22 14 6 61 53 45 37 29 21 13 5 28 20 12 4`);
const CHOICE_2 = positions(`14 17 11 24 1 5 3 28 15 6 21 10 23 19 12 4 26 8 16 7 27 20 13 2
  41 52 31 37 47 55 30 40 51 45 33 48 44 49 39 56 34 53 46 42 50 36 29 32`);
const SHIFTS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];

/** Each box's four rows of sixteen values, as hexadecimal digits. */
const BOXES: readonly (readonly number[])[] = [
  'e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d',
  'f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9',
  'a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c',
  '7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e',
  '2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453',
  'c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d',
  '4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c',
  'd2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b',
].map((rows) => [...rows.replace(/ /g, '')].map((digit) => Number.parseInt(digit, 16)));

function pick(bits: Bits, order: readonly number[]): Bits {
  const picked = new Uint8Array(order.length);
  for (let i = 0; i < picked.length; i++) picked[i] = bits[order[i]!]!;
  return picked;
}

/** Seven bits of each of the first eight bytes; the eighth, DES's parity, counts for nothing. */
function keyBits(password: Buffer): Bits {
  const bits = new Uint8Array(64);
  for (let i = 0; i < 8; i++)
    for (let j = 0; j < 7; j++) bits[8 * i + j] = ((password[i] ?? 0) >> (6 - j)) & 1;
  return bits;
}

function roundKeys(key: Bits): readonly Bits[] {
  let halves = pick(key, CHOICE_1);
  return SHIFTS.map((by) => {
    const turned = halves.map((_, i) => halves[i < 28 ? (i + by) % 28 : 28 + ((i - 28 + by) % 28)]!);
    halves = turned;
    return pick(turned, CHOICE_2);
  });
}

/** A set bit of the salt swaps two positions of the expansion. */
function saltedExpansion(salt: string): readonly number[] | undefined {
  const order = [...EXPANSION];
  for (let i = 0; i < 2; i++) {
    const value = crypt64Value(salt[i] ?? '');
    if (value < 0) return undefined;
    for (let j = 0; j < 6; j++) {
      const at = 6 * i + j;
      if ((value >> j) & 1) [order[at], order[at + 24]] = [order[at + 24]!, order[at]!];
    }
  }
  return order;
}

function scramble(right: Bits, key: Bits, expansion: readonly number[]): Bits {
  const mixed = pick(right, expansion);
  const out = new Uint8Array(32);
  for (let box = 0; box < 8; box++) {
    let row = 0;
    let column = 0;
    for (let j = 0; j < 6; j++) {
      const bit = mixed[6 * box + j]! ^ key[6 * box + j]!;
      if (j === 0 || j === 5) row = 2 * row + bit;
      else column = 2 * column + bit;
    }
    const value = BOXES[box]![16 * row + column]!;
    for (let j = 0; j < 4; j++) out[4 * box + j] = (value >> (3 - j)) & 1;
  }
  return pick(out, MIX);
}

function encrypt(block: Bits, keys: readonly Bits[], expansion: readonly number[]): Bits {
  const start = pick(block, INITIAL);
  let left = start.subarray(0, 32);
  let right = start.subarray(32);
  for (const key of keys) {
    const next = scramble(right, key, expansion);
    for (let i = 0; i < next.length; i++) next[i]! ^= left[i]!;
    left = right;
    right = next;
  }
  const end = new Uint8Array(64);
  end.set(right);
  end.set(left, 32);
  return pick(end, FINAL);
}

/** The hash of a password with the salt of `stored`; undefined where that is none. */
export function desCrypt(password: Buffer, stored: string): string | undefined {
  const salt = stored.slice(0, 2);
  const expansion = saltedExpansion(salt);
  if (expansion === undefined) return undefined;
  const keys = roundKeys(keyBits(password));
  let block: Bits = new Uint8Array(64);
  for (let i = 0; i < 25; i++) block = encrypt(block, keys, expansion);
  let text = salt;
  for (let i = 0; i < 11; i++) {
    let value = 0;
    for (let j = 0; j < 6; j++) value = 2 * value + (block[6 * i + j] ?? 0);
    text += crypt64(value, 1);
  }
  return text;
}
