// The patterns of mod_autoindex: `*` and `?` in file names, and what a rule is about.

import type { EntryRule } from './config.ts';

/** Has the text a `*` or a `?`? */
export function hasStars(text: string): boolean {
  return /[*?]/.test(text);
}

/** A pattern in which `*` and `?` have a meaning and nothing else has; only the last `*` is remembered. */
export function compileStars(pattern: string, nocase = false): (text: string) => boolean {
  const wanted = nocase ? pattern.toLowerCase() : pattern;
  return (text) => matchStars(wanted, nocase ? text.toLowerCase() : text);
}

function matchStars(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let from = 0;
  for (let i = 0; i < text.length; ) {
    if (pattern[at] === '*') {
      star = at++;
      from = i;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[i])) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++from;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

/** What a rule is held against. */
export interface Subject {
  readonly path: string;
  /** Undefined where only the path counts. */
  readonly type: string | undefined;
  readonly encoding: string | undefined;
}

/** The value of the first rule that fits; `^^…^^` is held against every rule's pattern. */
export function findRule(rules: readonly EntryRule[], { path, type, encoding }: Subject): string | undefined {
  const isSpecial = path.startsWith('^');
  for (const { by, covers, matches, value } of rules) {
    if (!isSpecial && !covers(path)) continue;
    if (by === 'name' || isSpecial) {
      if (matches(path)) return value;
    } else if (by === 'type') {
      if (encoding === undefined && type !== undefined && matches(type)) return value;
    } else if (encoding !== undefined && matches(encoding)) return value;
  }
  return undefined;
}

export function findByPath(rules: readonly EntryRule[], path: string): string | undefined {
  const isSpecial = path.startsWith('^');
  return rules.find(
    ({ by, covers, matches }) => (isSpecial || (by === 'name' && covers(path))) && matches(path),
  )?.value;
}
