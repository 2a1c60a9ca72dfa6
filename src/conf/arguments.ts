// A directive's arguments by its declared shape, with Apache's sentences for what does not fit.

import { equalsIgnoreCase } from '../kit/ascii.ts';
import type { ArgShape } from './directive.ts';
import { readWord, splitWords, type Word } from './words.ts';

type Argument = string | undefined;

interface ArgumentFault {
  readonly message: string;
  /** Where in the arguments. */
  readonly offset: number;
}

/** The calls of `set` that a line stands for, or why it stands for none. */
export interface Arguments {
  readonly calls: readonly (readonly Argument[])[];
  readonly error?: ArgumentFault;
  /** A word whose quote is not closed. */
  readonly open?: Word;
  /** Words that Apache passes over in silence. */
  readonly extra?: Word;
}

/** Shapes with a fixed number of words: the numbers that are allowed, and Apache's words for them. */
const counted: Readonly<Partial<Record<ArgShape, { counts: readonly number[]; says: string }>>> = {
  none: { counts: [0], says: 'takes no arguments' },
  take1: { counts: [1], says: 'takes one argument' },
  take2: { counts: [2], says: 'takes two arguments' },
  take3: { counts: [3], says: 'takes three arguments' },
  take12: { counts: [1, 2], says: 'takes 1-2 arguments' },
  take13: { counts: [1, 3], says: 'takes one or three arguments' },
  take23: { counts: [2, 3], says: 'takes two or three arguments' },
  take123: { counts: [1, 2, 3], says: 'takes one, two or three arguments' },
};

/** Splits `text` as the directive's shape says. An empty word ends the line's words, as in Apache. */
export function takeArguments(
  directive: { name: string; args: ArgShape; help: string },
  text: string,
): Arguments {
  const { args, name, help } = directive;
  if (args === 'raw') return { calls: [[text]] };
  if (args === 'flag') return takeFlag(name, text);
  const words = splitWords(text);
  const shape = counted[args];
  const taken = shape ? takeCounted(words, shape) : takeList(words, args);
  const open = words.find((word) => word.open);
  if (typeof taken !== 'string') return open ? { ...taken, open } : taken;
  const end = words.at(-1);
  return { calls: [], error: { message: `${name} ${taken}, ${help}`, offset: end?.start ?? 0 } };
}

function takeFlag(name: string, text: string): Arguments {
  const word = readWord(text);
  const value = ['on', 'off'].find((choice) => word && equalsIgnoreCase(word.text, choice));
  if (!word || !value) {
    return { calls: [], error: { message: `${name} must be On or Off`, offset: word?.start ?? 0 } };
  }
  const extra = readWord(text, word.next);
  return extra ? { calls: [[value]], extra } : { calls: [[value]] };
}

function takeCounted(
  words: readonly Word[],
  { counts, says }: { counts: readonly number[]; says: string },
): Arguments | string {
  const texts = words.map((word) => word.text);
  const most = counts.at(-1)!;
  const least = counts[0]!;
  const empty = texts.indexOf('');
  // An empty word counts as missing where one is required, and is handed over as missing where none is.
  if (texts.length > most || texts.length < least || (empty >= 0 && empty < least)) return says;
  while (texts.at(-1) === '') texts.pop();
  if (!counts.includes(texts.length)) return says;
  const call: Argument[] = texts.map((text) => (text === '' ? undefined : text));
  while (call.length < most) call.push(undefined);
  return { calls: [call] };
}

function takeList(words: readonly Word[], shape: ArgShape): Arguments | string {
  const end = words.findIndex((word) => word.text === '');
  const texts = (end < 0 ? words : words.slice(0, end)).map((word) => word.text);
  if (shape === 'takeArgv') return { calls: [texts] };
  if (shape === 'iterate') {
    return texts.length > 0 ? { calls: texts.map((text) => [text]) } : 'requires at least one argument';
  }
  const [first, ...rest] = texts;
  return rest.length > 0 ? { calls: rest.map((text) => [first, text]) } : 'requires at least two arguments';
}
