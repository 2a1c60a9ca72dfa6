// The arguments of RewriteRule and RewriteCond: Apache reads these two lines with a tokenizer of their own.
// Quotes count only at the start of an argument, and a backslash keeps itself and the white space after it.

/** One argument and where it begins in the line (behind its quote, if it has one). */
export interface RawArgument {
  readonly text: string;
  readonly offset: number;
}

/** The two or three arguments of the line; what follows the third is ignored. */
export interface RawArguments {
  readonly first: RawArgument;
  readonly second: RawArgument;
  readonly third: RawArgument | undefined;
  /** What stands behind the third argument, which Apache ignores. */
  readonly rest: RawArgument | undefined;
}

interface Scanned extends RawArgument {
  /** Where the next argument may begin; the length of the line when this one ran to its end. */
  readonly next: number;
  readonly terminated: boolean;
}

/** Splits the line; undefined when the first argument does not end before the line does. */
export function splitArguments(line: string): RawArguments | undefined {
  const first = scanArgument(line, skipSpace(line, 0));
  if (!first.terminated) return undefined;
  const secondStart = skipSpace(line, first.next);
  if (secondStart >= line.length) return undefined;
  const second = scanArgument(line, secondStart);
  const thirdStart = skipSpace(line, second.next);
  if (thirdStart >= line.length) return { first, second, third: undefined, rest: undefined };
  const third = scanArgument(line, thirdStart);
  const restStart = skipSpace(line, third.next);
  const rest = restStart < line.length ? { text: line.slice(restStart), offset: restStart } : undefined;
  return { first, second, third, rest };
}

function scanArgument(line: string, start: number): Scanned {
  const quote = line[start] === '"' || line[start] === "'" ? line[start] : undefined;
  const offset = quote ? start + 1 : start;
  let at = offset;
  for (; at < line.length; at++) {
    if (line[at] === '\\' && at + 1 < line.length && isSpace(line, at + 1)) at++;
    else if (quote ? line[at] === quote : isSpace(line, at)) break;
  }
  const terminated = at < line.length;
  return { text: line.slice(offset, at), offset, next: terminated ? at + 1 : at, terminated };
}

function skipSpace(line: string, from: number): number {
  let at = from;
  while (at < line.length && isSpace(line, at)) at++;
  return at;
}

function isSpace(line: string, at: number): boolean {
  const code = line.charCodeAt(at);
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}
