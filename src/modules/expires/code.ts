// When an answer expires, as written: `A3600` and `M3600`, or `access plus 1 month 2 days`.

import { splitWords } from '../../conf/words.ts';
import { leadingNumber } from '../coding/leading-number.ts';

/** Seconds after the request, or after the file was changed last. */
export interface ExpiryCode {
  readonly base: 'access' | 'modification';
  readonly seconds: number;
}

/** Words are known by their first letters, as in Apache: for units `m` alone is neither months nor minutes. */
const BASES: readonly (readonly [prefix: string, base: ExpiryCode['base']])[] = [
  ['n', 'access'],
  ['a', 'access'],
  ['m', 'modification'],
];

const DAY = 24 * 60 * 60;

const UNITS: readonly (readonly [prefix: string, seconds: number])[] = [
  ['y', 365 * DAY],
  ['mo', 30 * DAY],
  ['w', 7 * DAY],
  ['d', DAY],
  ['h', 60 * 60],
  ['mi', 60],
  ['s', 1],
];

/** Reads a code; a string is Apache's complaint. */
export function readExpiryCode(text: string): ExpiryCode | string {
  if (text.startsWith('A') || text.startsWith('M'))
    return { base: text.startsWith('A') ? 'access' : 'modification', seconds: leadingNumber(text.slice(1)) };
  const words = splitWords(text).map((word) => word.text);
  const first = words.shift() ?? '';
  const base = BASES.find(([prefix]) => startsLike(first, prefix))?.[1];
  if (base === undefined) return `bad expires code, unrecognised <base> '${first}'`;
  if (startsLike(words[0] ?? '', 'p')) words.shift();
  const seconds = readTimes(words);
  return typeof seconds === 'string' ? seconds : { base, seconds };
}

/** `1 month 2 days` in seconds. */
function readTimes(words: readonly string[]): number | string {
  let seconds = 0;
  for (let i = 0; i < words.length; i += 2) {
    const [count = '', unit] = words.slice(i, i + 2);
    if (!/^\d/.test(count)) return `bad expires code, numeric value expected <num> '${count}'`;
    if (unit === undefined) return 'bad expires code, missing <type>';
    const factor = UNITS.find(([prefix]) => startsLike(unit, prefix))?.[1];
    if (factor === undefined) return `bad expires code, unrecognised <type>'${unit}'`;
    seconds += factor * leadingNumber(count);
  }
  return seconds;
}

function startsLike(word: string, prefix: string): boolean {
  return word.slice(0, prefix.length).toLowerCase() === prefix;
}
