// Changes inputs: single bytes, words, lines, whole messages. Every change is drawn from the stream that is given, so
// that the same seed makes the same inputs.

import { REQUEST_LIMITS } from '../../src/wire/request-parser.ts';
import type { Random } from '../fuzz/random.ts';
import { type FuzzInput, TIGHT_LIMITS } from './input.ts';
import { BODY_PIECES, FIELD_LINES, FIRST_LINES, ODD_BYTES, SEPARATORS } from './vocabulary.ts';

/** Inputs do not grow beyond this. */
const LONGEST = 4000;
/** Another change follows one so often. */
const CHANGE_AGAIN = 0.4;
const TIGHT_SHARE = 0.15;

type Change = (text: string, random: Random, other: string) => string;

/** A new input from one of `pool`, and pieces of a second one of the same side. */
export function mutate(pool: readonly FuzzInput[], random: Random): FuzzInput {
  const from = random.pick(pool);
  const other = random.pick(pool);
  let { text } = from;
  do text = random.weigh(CHANGES)(text, random, other.text);
  while (random.chance(CHANGE_AGAIN));
  return {
    ...from,
    // Letters in upper case may be no bytes any more.
    text: Buffer.from(text.slice(0, LONGEST), 'latin1').toString('latin1'),
    limits: random.chance(TIGHT_SHARE) ? TIGHT_LIMITS : REQUEST_LIMITS,
  };
}

/** The text with `piece` in the place of what stood between `from` and `to`. */
function put(text: string, from: number, to: number, piece: string): string {
  return text.slice(0, from) + piece + text.slice(to);
}

function place(text: string, random: Random): number {
  return random.between(0, text.length);
}

function oddByte(random: Random): string {
  return random.chance(0.8) ? random.pick([...ODD_BYTES]) : String.fromCharCode(random.between(0, 255));
}

const changeByte: Change = (text, random) => {
  const at = place(text, random);
  return random.pick([
    () => put(text, at, at + 1, oddByte(random)),
    () => put(text, at, at, oddByte(random)),
    () => put(text, at, at + 1, ''),
    () =>
      put(text, at, at + 1, String.fromCharCode((text.charCodeAt(at) || 0) ^ (1 << random.between(0, 7)))),
  ])();
};

const changeRange: Change = (text, random) => {
  const from = place(text, random);
  const to = Math.min(text.length, from + random.between(1, 24));
  const range = text.slice(from, to);
  return random.pick([
    () => put(text, from, to, ''),
    () => put(text, from, to, range + range),
    () => put(text, from, to, range.repeat(random.between(2, 40))),
    () => put(text, from, to, range.toUpperCase()),
    () => put(text, place(text, random), place(text, random), range),
  ])();
};

const WORDS = /\r\n|[\r\n]|[ \t]+|[:;,="/]|[^\s:;,="/]+/g;

const changeWord: Change = (text, random) => {
  const words = text.match(WORDS) ?? [];
  if (words.length === 0) return text;
  const at = random.between(0, words.length - 1);
  const word = words[at]!;
  words[at] = random.pick([
    () => '',
    () => word + word,
    () => random.pick(SEPARATORS),
    () => `${random.pick(SEPARATORS)}${word}`,
    () => `${word}${random.pick(SEPARATORS)}`,
    () => random.pick(words),
    () => changeNumber(word, random),
    () => (random.chance(0.5) ? word.toUpperCase() : word.toLowerCase()),
  ])();
  return words.join('');
};

function changeNumber(word: string, random: Random): string {
  const value = Number.parseInt(word, 16);
  if (!/^[0-9a-f]+$/i.test(word)) return `${random.between(0, 20)}`;
  return random.pick([
    String(value + 1),
    String(Math.max(0, value - 1)),
    `0${word}`,
    `${word}0`,
    `0x${word}`,
    `-${word}`,
    `${word}${'f'.repeat(random.between(1, 18))}`,
    '18446744073709551615',
    value.toString(16),
  ]);
}

const LINE_ENDS = ['\r\n', '\n', '\r', '\r\r\n', '\n\r', '\r\n ', '\r\n\t', '\r\n\r\n', ''];

const changeLine: Change = (text, random) => {
  const lines = text.split('\r\n');
  const at = random.between(0, lines.length - 1);
  const joined = (some: readonly string[]): string => some.join('\r\n');
  return random.pick([
    () => joined([...lines.slice(0, at), ...lines.slice(at + 1)]),
    () => joined([...lines.slice(0, at + 1), ...lines.slice(at)]),
    () => joined([...lines.slice(0, at), random.pick(FIELD_LINES), ...lines.slice(at)]),
    () => joined([lines[0]!, random.pick(FIELD_LINES), ...lines.slice(1)]),
    () => joined([random.pick(FIRST_LINES), ...lines.slice(1)]),
    () => joined([...lines.slice(0, at), lines[at]!.split('').reverse().join(''), ...lines.slice(at + 1)]),
    () => joined(lines.slice(0, at + 1)) + random.pick(LINE_ENDS) + joined(lines.slice(at + 1)),
    () => joined([...lines.slice(0, at), lines.at(-1)!, ...lines.slice(at + 1, -1), lines[at]!]),
  ])();
};

const changeMessage: Change = (text, random, other) => {
  const end = text.indexOf('\r\n\r\n');
  const head = end < 0 ? text : text.slice(0, end + 4);
  return random.pick([
    () => text + other,
    () => other + text,
    () => text.slice(0, place(text, random)) + other.slice(place(other, random)),
    () => text.slice(0, place(text, random)),
    () => head + random.pick(BODY_PIECES),
    () => head + random.pick(BODY_PIECES) + random.pick(BODY_PIECES) + other,
    () => put(text, place(text, random), place(text, random), random.pick(BODY_PIECES)),
    () => text + text,
  ])();
};

const CHANGES: readonly (readonly [weight: number, make: () => Change])[] = [
  [4, () => changeByte],
  [2, () => changeRange],
  [4, () => changeWord],
  [4, () => changeLine],
  [2, () => changeMessage],
];
