// The order of a listing's entries.

import { lowerAscii } from '../../kit/ascii.ts';
import type { IndexWords } from './config.ts';
import type { Entry } from './entry.ts';
import type { Order } from './query.ts';

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

function isSpace(char: string | undefined): boolean {
  return char === ' ' || (char !== undefined && char >= '\t' && char <= '\r');
}

/** The run of digits at `at`. */
function digitsAt(text: string, at: number): string {
  let end = at;
  while (isDigit(text[end])) end++;
  return text.slice(at, end);
}

/** Runs that begin with a zero are compared as fractions, others as numbers; 0 where they are the same so far. */
function compareDigits(a: string, b: string): number {
  if (a.startsWith('0') || b.startsWith('0')) return compareFractions(a, b);
  return a.length - b.length || compareText(a, b);
}

function compareFractions(a: string, b: string): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return compareText(a[i]!, b[i]!);
  return a.length - b.length;
}

/** Names with numbers in them as a person orders them: `x9` before `x10`; blanks do not count. */
export function compareVersions(a: string, b: string): number {
  let i = 0;
  let j = 0;
  for (;;) {
    while (isSpace(a[i])) i++;
    while (isSpace(b[j])) j++;
    if (isDigit(a[i]) && isDigit(b[j])) {
      const difference = compareDigits(digitsAt(a, i), digitsAt(b, j));
      if (difference !== 0) return difference;
    }
    if (a[i] === undefined && b[j] === undefined) return 0;
    const difference = compareText(a[i] ?? '', b[j] ?? '');
    if (difference !== 0) return difference;
    i++;
    j++;
  }
}

function compareNames(words: IndexWords, a: string, b: string): number {
  const nocase = words.has('ignorecase');
  const [lowerA, lowerB] = nocase ? [lowerAscii(a), lowerAscii(b)] : [a, b];
  const byVersion = words.has('versionsort')
    ? (nocase ? compareVersions(lowerA, lowerB) : 0) || compareVersions(a, b)
    : 0;
  return byVersion || (nocase ? compareText(lowerA, lowerB) : 0) || compareText(a, b);
}

function compareDescriptions(words: IndexWords, a = '', b = ''): number {
  return words.has('versionsort') ? compareVersions(a, b) : compareText(a, b);
}

/** Folders first where that is wanted, whatever the direction; what is equal, by name. */
export function compareBy({ key, descending }: Order, words: IndexWords): (a: Entry, b: Entry) => number {
  const byKey = (a: Entry, b: Entry): number => {
    if (key === 'M') return (a.modified ?? 0) - (b.modified ?? 0);
    if (key === 'S') return a.size - b.size;
    return key === 'D' ? compareDescriptions(words, a.description, b.description) : 0;
  };
  return (a, b) => {
    if (a.isFirst !== b.isFirst) return a.isFirst ? -1 : 1;
    return (byKey(a, b) || compareNames(words, a.name, b.name)) * (descending ? -1 : 1);
  };
}
