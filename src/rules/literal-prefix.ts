// The text every match of a pattern must begin with, read off the pattern's source. Cautious: where the reading
// is not plain, the answer is the part that is.

/** The literal prefix of an anchored pattern (`^/old/` of `^/old/(.*)$`); empty when nothing can be said. */
export function literalPrefix(source: string): string {
  if (!source.startsWith('^') || !isSingleBranch(source)) return '';
  let prefix = '';
  let at = 1;
  while (at < source.length) {
    const escaped = source[at] === '\\';
    const char = escaped ? (source[at + 1] ?? '') : source[at]!;
    if (escaped ? !/^[^A-Za-z0-9]$/.test(char) : /[.^$*+?()[\]{}|]/.test(char)) break;
    const next = at + (escaped ? 2 : 1);
    // A quantifier may make the character before it optional.
    if (/[*?{]/.test(source[next] ?? '')) break;
    prefix += char;
    at = next;
    if (source[next] === '+') break;
  }
  return prefix;
}

// An alternative at the top level is not held by the `^` of the first one. Only plain groups and classes are followed.
function isSingleBranch(source: string): boolean {
  if (!source.includes('|')) return true;
  if (/\\[QEA-Z]|\(\?(?!:)|\[/.test(source)) return false;
  let depth = 0;
  for (let at = 0; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '(') depth++;
    else if (source[at] === ')') depth--;
    else if (source[at] === '|' && depth === 0) return false;
  }
  return true;
}
