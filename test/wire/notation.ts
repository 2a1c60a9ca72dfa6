// Bytes as text, in the corpus and in what is printed about it: escapes, `{y*100}` for repetition, `{each 00-1f}` for a
// byte that takes every value.

import { undoEscapes } from '../support/request-template.ts';

const REPEATED = /\{([^{}*]+|\*)\*(\d+)\}/g;
const EACH = /\{each ([0-9a-f -]+)\}/;

/** The bytes that a text stands for, one character each; throws with `place` where the notation is not kept. */
export function readText(text: string, place: string): string {
  const whole = text.replace(REPEATED, (_, piece: string, times: string) => piece.repeat(Number(times)));
  if (/[{}]/.test(whole)) throw new Error(`${place}: a brace is written \\x7b or \\x7d`);
  if (/\\(?!x[0-9a-f]{2}|[rnt])/.test(whole.replaceAll('\\\\', '')))
    throw new Error(`${place}: an escape is one of \\xNN \\r \\n \\t \\\\`);
  return undoEscapes(whole);
}

/** One text for each byte that `{each …}` stands for. */
export function expandEach(text: string, place: string): string[] {
  const found = EACH.exec(text);
  if (found === null) return [text];
  const bytes = found[1]!.split(' ').flatMap((range) => {
    const [from = '', to = from] = range.split('-');
    const first = Number.parseInt(from, 16);
    const last = Number.parseInt(to, 16);
    if (!(first <= last)) throw new Error(`${place}: no range of bytes: ${range}`);
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
  return bytes.map((byte) => text.replace(EACH, () => escapedByte(byte)));
}

function escapedByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

const LETTERS: Readonly<Record<string, string>> = { '\r': '\\r', '\n': '\\n', '\t': '\\t', '\\': '\\\\' };

/** The text that stands for these bytes. */
export function writeText(bytes: string): string {
  return bytes
    .replace(/[\\{}\x00-\x1f\x7f-\xff]/g, (char) => LETTERS[char] ?? escapedByte(char.charCodeAt(0)))
    .replace(/ (?=$|=> )/g, '\\x20');
}
