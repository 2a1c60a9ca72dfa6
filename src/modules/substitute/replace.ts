// Running patterns on one line. A line is a list of pieces: where a pattern does not flatten, what it has put in stays
// a piece of its own, and later patterns do not see across its ends.

import { lowerAscii } from '../../kit/ascii.ts';
import type { Regex } from '../../kit/regex/index.ts';
import type { Pattern } from './pattern.ts';

/** A line with its replacements would be longer than SubstituteMaxLineLength. */
export class LineTooLong extends Error {
  constructor() {
    super('Line too long');
  }
}

/** The line after all patterns; throws LineTooLong. */
export function replaceLine(line: string, patterns: readonly Pattern[], longest: number): string {
  let pieces: readonly string[] = [line];
  for (const pattern of patterns) {
    // One pattern alone has nobody behind it who could tell the difference; Apache does not flatten then.
    const flatten = pattern.flatten && patterns.length > 1;
    pieces = pieces.flatMap((piece) => replaceInPiece(piece, pattern, flatten, longest));
  }
  return pieces.length === 1 ? pieces[0]! : pieces.join('');
}

interface Found {
  readonly from: number;
  readonly to: number;
  readonly replacement: string;
}

/** Finds in a text what is to be replaced first. */
type Search = (text: string, room: number) => Found | undefined;

function replaceInPiece(
  piece: string,
  pattern: Pattern,
  flatten: boolean,
  longest: number,
): readonly string[] {
  const search =
    typeof pattern.from === 'string' ? searchText(piece, pattern) : searchRegex(pattern.from, pattern.to);
  const done: string[] = [];
  let length = 0;
  let rest = piece;
  for (
    let found = search(rest, longest - length);
    found !== undefined;
    found = search(rest, longest - length)
  ) {
    length += found.from + found.replacement.length;
    if (length > longest) throw new LineTooLong();
    done.push(rest.slice(0, found.from), found.replacement);
    // Apache looks at the rest as at a new text: `^` matches at its beginning.
    rest = rest.slice(found.to);
  }
  if (done.length === 0) return [piece];
  if (length + rest.length > longest && !flatten) throw new LineTooLong();
  done.push(rest);
  return flatten ? [done.join('')] : done.filter((part) => part !== '');
}

/** A text as it stands, with or without case. */
function searchText(piece: string, { from, to, nocase }: Pattern): Search {
  const wanted = nocase ? lowerAscii(from as string) : (from as string);
  let whole = nocase ? lowerAscii(piece) : piece;
  return (text) => {
    whole = whole.slice(whole.length - text.length);
    const at = whole.indexOf(wanted);
    return at < 0 ? undefined : { from: at, to: at + wanted.length, replacement: to };
  };
}

function searchRegex(regex: Regex, to: string): Search {
  return (text, room) => {
    const match = regex.exec(text);
    if (match === null) return undefined;
    const replacement = expand(to, match.groups);
    if (match.index + replacement.length > room) throw new LineTooLong();
    // An empty match at the beginning would be found again for ever: Apache goes on until the line is too long.
    if (match.end === 0) {
      if (replacement !== '') throw new LineTooLong();
      return undefined;
    }
    return { from: match.index, to: match.end, replacement };
  };
}

/** `$0` to `$9` are the match's groups; a backslash keeps what follows it as it is. */
function expand(to: string, groups: readonly (string | undefined)[]): string {
  if (!to.includes('$') && !to.includes('\\')) return to;
  return to.replace(/\$(\d)|\\([\s\S])/g, (_, digit: string | undefined, kept: string | undefined) =>
    digit === undefined ? kept! : (groups[Number(digit)] ?? ''),
  );
}
