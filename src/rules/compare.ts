// The comparisons a CondPattern can ask for besides a regular expression.

import { equalsIgnoreCase, lowerAscii } from '../kit/ascii.ts';

/** `=`, `<`, `>`, `<=`, `>=` on strings. */
export type StringOperator = '=' | '<' | '>' | '<=' | '>=';

/** `-eq` and its kind on integers. */
export type IntegerOperator = '-eq' | '-ne' | '-lt' | '-le' | '-gt' | '-ge';

/** Compares strings the way a CondPattern does. */
export function compareStrings(operator: StringOperator, a: string, b: string, nocase: boolean): boolean {
  if (operator === '=') return nocase ? equalsIgnoreCase(a, b) : a === b;
  const order = nocase ? byteOrder(lowerAscii(a), lowerAscii(b)) : lexicographicOrder(a, b);
  return holds(operator, order);
}

// Apache: the longer string is the greater one; bytes decide only between strings of one length.
function lexicographicOrder(a: string, b: string): number {
  return a.length === b.length ? byteOrder(a, b) : a.length - b.length;
}

function byteOrder(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function holds(operator: '<' | '>' | '<=' | '>=', order: number): boolean {
  switch (operator) {
    case '<':
      return order < 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    case '>=':
      return order >= 0;
  }
}

/** Compares the integers both texts begin with; a text that begins with none counts as 0. */
export function compareIntegers(operator: IntegerOperator, a: string, b: string): boolean {
  const left = leadingInteger(a);
  const right = leadingInteger(b);
  switch (operator) {
    case '-eq':
      return left === right;
    case '-ne':
      return left !== right;
    case '-lt':
      return left < right;
    case '-le':
      return left <= right;
    case '-gt':
      return left > right;
    case '-ge':
      return left >= right;
  }
}

// atoi's reading, in the 32 bits a C int has.
function leadingInteger(text: string): number {
  const digits = /^[ \t\n\v\f\r]*([+-]?[0-9]+)/.exec(text)?.[1];
  return digits === undefined ? 0 : Number(digits) | 0;
}
