// One Substitute line: `s/from/to/flags`, read and run on a piece of text (a byte string).

import { compileRegex, type Regex, RegexSyntaxError } from '../../kit/regex/index.ts';

export interface Pattern {
  readonly from: string | Regex;
  readonly to: string;
  readonly nocase: boolean;
  /** What was replaced becomes one text with its surroundings for the patterns that follow; `q` leaves it apart. */
  readonly flatten: boolean;
}

const FORMAT = 'Bad Substitute format, must be an s/// pattern';
const INCOMPLETE = 'Bad Substitute format, must be a complete s/// pattern';

/** Reads a line's argument; a string is Apache's complaint. */
export function readPattern(line: string): Pattern | string {
  if (line[0]?.toLowerCase() !== 's') return FORMAT;
  const parts = splitLine(line);
  if (parts === undefined) return INCOMPLETE;
  const flags = parts.flags.toLowerCase();
  if (/[^infq]/.test(flags)) return 'Bad Substitute flag, only s///[infq] are supported';
  const nocase = flags.includes('i');
  const flatten = flags.lastIndexOf('q') <= flags.lastIndexOf('f');
  const from = flags.includes('n') ? parts.from : compile(parts.from, nocase);
  if (from === undefined) return 'Substitute could not compile regex';
  return { from, to: parts.to, nocase, flatten };
}

/** The byte behind the `s` parts the line; nothing can hide it. */
function splitLine(line: string): { from: string; to: string; flags: string } | undefined {
  const mark = line[1];
  if (mark === undefined) return undefined;
  const afterFrom = line.indexOf(mark, 2);
  if (afterFrom < 3) return undefined;
  const afterTo = line.indexOf(mark, afterFrom + 1);
  const end = afterTo < 0 ? line.length : afterTo;
  return {
    from: line.slice(2, afterFrom),
    to: line.slice(afterFrom + 1, end),
    flags: line.slice(end + 1),
  };
}

function compile(source: string, nocase: boolean): Regex | undefined {
  try {
    return compileRegex(source, { nocase, dotAll: false });
  } catch (error) {
    if (error instanceof RegexSyntaxError) return undefined;
    throw error;
  }
}
