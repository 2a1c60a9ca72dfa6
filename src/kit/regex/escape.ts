// Backslash escapes that stand for a byte or a set of bytes, in and out of classes (pcre2pattern, "Backslash").
// References, places and calls belong to the parser.

import {
  ANY_BYTE,
  type ByteSet,
  byteSet,
  complementOf,
  DIGIT,
  HORIZONTAL_SPACE,
  SPACE,
  VERTICAL_SPACE,
  WORD,
} from './byte-set.ts';
import type { Cursor } from './cursor.ts';

const CLASS_ESCAPES: ReadonlyMap<string, ByteSet> = new Map([
  ['d', DIGIT],
  ['D', complementOf(DIGIT)],
  ['s', SPACE],
  ['S', complementOf(SPACE)],
  ['w', WORD],
  ['W', complementOf(WORD)],
  ['h', HORIZONTAL_SPACE],
  ['H', complementOf(HORIZONTAL_SPACE)],
  ['v', VERTICAL_SPACE],
  ['V', complementOf(VERTICAL_SPACE)],
]);

const CONTROL_ESCAPES: ReadonlyMap<string, number> = new Map([
  ['a', 0x07],
  ['e', 0x1b],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
]);

/** Reads a class escape such as `\d` or `\p{L}` with the cursor on the letter; nothing is read when it is none. */
export function readClassEscape(cursor: Cursor): ByteSet | undefined {
  const set = CLASS_ESCAPES.get(cursor.peek());
  if (set) cursor.at++;
  return set ?? readProperty(cursor);
}

/** `\p{Name}`, `\P{Name}`, `\p{^Name}`, `\pL`: Unicode properties of the characters U+0000 to U+00FF. */
function readProperty(cursor: Cursor): ByteSet | undefined {
  const start = cursor.at;
  const found = cursor.match(/([pP])(?:\{(\^?)([\w &.]+)\}|([A-Za-z]))/y);
  if (!found) return undefined;
  const name = (found[3] ?? found[4])!.trim();
  const set = propertySet(name);
  if (!set) cursor.fail(`unknown property \\${found[0]}`, start);
  return (found[1] === 'P') !== (found[2] === '^') ? complementOf(set) : set;
}

const PCRE_PROPERTIES: ReadonlyMap<string, string> = new Map([
  ['L&', '[\\p{Lu}\\p{Ll}\\p{Lt}]'],
  ['Xan', '[\\p{L}\\p{N}]'],
  ['Xwd', '[\\p{L}\\p{N}_]'],
  ['Xsp', '[\\p{Z}\\t-\\r\\x85]'],
  ['Xps', '[\\p{Z}\\t-\\r\\x85]'],
]);

function propertySet(name: string): ByteSet | undefined {
  if (name === 'Any') return ANY_BYTE;
  const sources = [PCRE_PROPERTIES.get(name) ?? `\\p{${name}}`, `\\p{Script=${name}}`];
  for (const source of sources) {
    const property = unicodeExpression(source);
    if (property) return byteSetWhere((char) => property.test(char));
  }
  return undefined;
}

function unicodeExpression(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'u');
  } catch {
    return undefined;
  }
}

function byteSetWhere(test: (char: string) => boolean): ByteSet {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  return byteSet(...bytes.filter((byte) => test(String.fromCharCode(byte))));
}

/** Reads an escape for one byte with the cursor behind the backslash; digits are read as octal. */
export function readByteEscape(cursor: Cursor): number {
  const start = cursor.at - 1;
  const char = cursor.next();
  const control = CONTROL_ESCAPES.get(char);
  if (control !== undefined) return control;
  if (char === 'x') return readHex(cursor, start);
  if (char === 'o') return readBraced(cursor, start, 8);
  if (char === 'c') return readControl(cursor, start);
  if (/[0-7]/.test(char)) return readOctal(cursor, start);
  if (char === '') cursor.fail('\\ at the end of the pattern', start);
  if (/[A-Za-z]/.test(char)) cursor.fail(`\\${char} has no meaning or is not supported`, start);
  return char.charCodeAt(0);
}

function readHex(cursor: Cursor, start: number): number {
  if (cursor.peek() === '{') return readBraced(cursor, start, 16);
  const digits = cursor.match(/[0-9A-Fa-f]{0,2}/y)?.[0];
  return digits ? Number.parseInt(digits, 16) : 0;
}

function readBraced(cursor: Cursor, start: number, base: 8 | 16): number {
  const digits = cursor.match(base === 16 ? /\{([0-9A-Fa-f]+)\}/y : /\{([0-7]+)\}/y)?.[1];
  if (!digits) cursor.fail(`\\${base === 16 ? 'x' : 'o'} wants digits between braces`, start);
  return byteOf(Number.parseInt(digits, base), cursor, start);
}

function readOctal(cursor: Cursor, start: number): number {
  cursor.at--;
  return byteOf(Number.parseInt(cursor.match(/[0-7]{1,3}/y)![0], 8), cursor, start);
}

function byteOf(value: number, cursor: Cursor, start: number): number {
  if (value > 0xff) cursor.fail('a character above 0xff: patterns match bytes', start);
  return value;
}

/** `\cX`: the letter in upper case with bit 6 turned. */
function readControl(cursor: Cursor, start: number): number {
  const code = cursor.next().toUpperCase().charCodeAt(0);
  if (!(code >= 0x20 && code <= 0x7e)) cursor.fail('\\c wants a printable ASCII character', start);
  return code ^ 0x40;
}
