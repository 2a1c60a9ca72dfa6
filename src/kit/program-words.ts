// Command lines of programs that a configuration names: `prg:` maps and piped logs.

/**
 * Splits at white space, as APR does: quotes count where a word begins, a backslash takes the next character as it is.
 * A quote that is never closed reaches to the end.
 */
export function splitProgramWords(line: string): string[] {
  const words: string[] = [];
  const word = /"((?:\\.|[^"\\])*)(?:"|$)|'((?:\\.|[^'\\])*)(?:'|$)|((?:\\.|[^\s\\])+\\?)/gs;
  for (const [, double, single, plain] of line.matchAll(word))
    words.push((double ?? single ?? plain ?? '').replace(/\\(.)/gs, '$1'));
  return words;
}
