// Regular expressions as Apache has them: PCRE2's language over bytes, safe to run on hostile subjects.
//
//   source ─ parser ─ tree ─┬─ translate ─ JavaScript RegExp   where its meaning is PCRE's and guard finds it cheap
//                           └─ program ─── matcher             everything else: linear or step-limited
//
// Strings are latin1 byte strings. What the engines share is the tree; which one runs is decided here.

import { RegexLimitError } from './error.ts';
import { safeLength } from './guard.ts';
import type { Program } from './instruction.ts';
import { type RegexMatch, runProgram } from './matcher.ts';
import type { RegexOptions } from './options.ts';
import { parseRegex } from './parser.ts';
import { compileProgram } from './program.ts';
import { type Translation, translate } from './translate.ts';
import { warmUpMatcher } from './warm-up.ts';

export { RegexLimitError, RegexSyntaxError } from './error.ts';
export type { RegexMatch } from './matcher.ts';
export type { RegexOptions } from './options.ts';

export interface Regex {
  readonly source: string;
  readonly groupCount: number;
  readonly groupNames: ReadonlyMap<string, number>;
  /** The first match at or after `from`. One that takes too many steps to find is none, as PCRE's is to Apache. */
  exec(subject: string, from?: number): RegexMatch | null;
  test(subject: string): boolean;
  /** As `exec`, for who wants to know: throws RegexLimitError when finding a match takes too many steps. */
  search(subject: string, from?: number): RegexMatch | null;
}

/** Subjects are rarely longer: a request line with Apache's own limit. */
const USUAL_LENGTH = 8190;

/** Reads a PCRE2 pattern; throws RegexSyntaxError when it is none or needs something that is not supported. */
export function compileRegex(source: string, options: RegexOptions = {}): Regex {
  return new CompiledRegex(source, options);
}

class CompiledRegex implements Regex {
  readonly source: string;
  readonly groupCount: number;
  readonly groupNames: ReadonlyMap<string, number>;
  readonly #translation: Translation | undefined;
  /** Subjects up to this length go to the RegExp. */
  readonly #safeLength: number;
  readonly #program: () => Program;

  constructor(source: string, options: RegexOptions) {
    const parsed = parseRegex(source, options);
    this.source = source;
    this.groupCount = parsed.groupCount;
    this.groupNames = parsed.groupNames;
    this.#translation = translate(parsed);
    this.#safeLength = this.#translation ? safeLength(parsed.tree) : -1;
    let program: Program | undefined;
    this.#program = () => {
      program ??= compileProgram(parsed);
      return program;
    };
    if (!this.#translation) this.#program();
    if (this.#safeLength < USUAL_LENGTH) warmUpMatcher();
  }

  exec(subject: string, from = 0): RegexMatch | null {
    try {
      return this.search(subject, from);
    } catch (error) {
      if (error instanceof RegexLimitError) return null;
      throw error;
    }
  }

  test(subject: string): boolean {
    const translation = this.#translation;
    if (!translation || subject.length > this.#safeLength) return this.exec(subject) !== null;
    translation.regexp.lastIndex = 0;
    return translation.regexp.test(subject);
  }

  search(subject: string, from = 0): RegexMatch | null {
    const translation = this.#translation;
    if (!translation || subject.length > this.#safeLength) return runProgram(this.#program(), subject, from);
    const regexp = translation.regexp;
    regexp.lastIndex = from;
    const found = regexp.exec(subject);
    if (!found) return null;
    const groups = translation.groups ? translation.groups.map((group) => found[group]) : found.slice();
    return { groups, index: found.index, end: found.index + found[0].length };
  }
}
