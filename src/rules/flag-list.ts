// The bracketed list at the end of a RewriteRule or RewriteCond, `[R=301,L]`: its words, not their meaning.

import type { RawArgument } from './line.ts';
import type { RewriteProblem } from './problem.ts';

/** One flag as written: the word before `=` and what follows it. */
export interface FlagWord {
  readonly name: string;
  readonly value: string | undefined;
  readonly offset: number;
}

/** Splits `[a,b=c]` into words; values cannot hold a comma. `directive` names the line in messages. */
export function splitFlags(
  directive: string,
  argument: RawArgument,
  rest: RawArgument | undefined,
): readonly FlagWord[] | RewriteProblem {
  const { text, offset } = argument;
  if (text.length < 2 || !text.startsWith('[') || !text.endsWith(']'))
    return badDelimiters(directive, argument, rest);
  const words: FlagWord[] = [];
  let start = 1;
  while (start < text.length) {
    const comma = text.indexOf(',', start);
    const end = comma < 0 ? text.length - 1 : comma;
    words.push(readWord(text.slice(start, end), offset + start));
    start = end + 1;
  }
  return words;
}

function readWord(piece: string, offset: number): FlagWord {
  const text = piece.trim();
  const at = offset + (piece.length - piece.trimStart().length);
  const equals = text.indexOf('=');
  if (equals < 0) return { name: text, value: undefined, offset: at };
  return { name: text.slice(0, equals), value: text.slice(equals + 1), offset: at };
}

function badDelimiters(
  directive: string,
  argument: RawArgument,
  rest: RawArgument | undefined,
): RewriteProblem {
  const error = `${directive}: bad flag delimiters`;
  const whole = rest ? `${argument.text} ${rest.text}` : argument.text;
  if (argument.text.startsWith('[') && whole.includes(']')) {
    const closed = whole.slice(0, whole.indexOf(']') + 1).replace(/\s*,\s*/g, ',');
    return { error, offset: argument.offset, hint: `write ${closed} without the space, or quote the flags` };
  }
  return {
    error,
    offset: argument.offset,
    hint: `flags stand in one pair of brackets: [${argument.text.replace(/[[\]]/g, '')}]`,
  };
}
