// How expressions compare: strings byte by byte, integers as C's 64-bit ones, truth as Apache's configuration has it.

import { lowerAscii } from '../ascii.ts';
import type { IntegerOperator, StringOperator } from './tree.ts';

/** Compares strings by their bytes. */
export function compareStrings(operator: StringOperator, a: string, b: string): boolean {
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

/** Compares the integers the strings begin with; 0 for a string that begins with none. */
export function compareIntegers(operator: IntegerOperator, a: string, b: string): boolean {
  const x = leadingInteger(a);
  const y = leadingInteger(b);
  switch (operator) {
    case 'eq':
      return x === y;
    case 'ne':
      return x !== y;
    case 'lt':
      return x < y;
    case 'le':
      return x <= y;
    case 'gt':
      return x > y;
    case 'ge':
      return x >= y;
  }
}

const MAXIMUM = 2n ** 63n - 1n;
const MINIMUM = -(2n ** 63n);

function leadingInteger(text: string): bigint {
  const found = /^[\t-\r ]*([+-]?)0*(\d{0,20})/.exec(text);
  const digits = BigInt(found?.[2] || '0');
  const value = found?.[1] === '-' ? -digits : digits;
  return value > MAXIMUM ? MAXIMUM : value < MINIMUM ? MINIMUM : value;
}

const FALSE_WORDS: ReadonlySet<string> = new Set(['', '0', 'off', 'false', 'no']);

/** `-T`: anything but the words for "no". */
export function isTrue(text: string): boolean {
  return !FALSE_WORDS.has(lowerAscii(text));
}
