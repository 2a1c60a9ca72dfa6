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
import { type Need, needsOf } from './needs.ts';
import type { RegexOptions } from './options.ts';
import { type ParsedRegex, parseRegex } from './parser.ts';
import { compileProgram } from './program.ts';
import { type Translation, translate } from './translate.ts';
import { contains, type Tree } from './tree.ts';
import { warmUpMatcher } from './warm-up.ts';

export { RegexLimitError, RegexSyntaxError } from './error.ts';
export type { RegexMatch } from './matcher.ts';
export type { Need } from './needs.ts';
export type { RegexOptions } from './options.ts';

export interface Regex {
  readonly source: string;
  readonly groupCount: number;
  readonly groupNames: ReadonlyMap<string, number>;
  /** What every subject that matches has in it, as far as it can be told; none when nothing is known. */
  readonly needs: readonly Need[];
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

/** What runs a pattern. */
interface Engines {
  readonly translation: Translation | undefined;
  /** Subjects up to this length go to the RegExp. */
  readonly safeLength: number;
  readonly program: () => Program;
}

function compileEngines(parsed: ParsedRegex): Engines {
  const translation = translate(parsed);
  const safe = translation ? safeLength(parsed.tree) : -1;
  let compiled: Program | undefined;
  const program = (): Program => {
    compiled ??= compileProgram(parsed);
    return compiled;
  };
  if (!translation) program();
  if (safe < USUAL_LENGTH) warmUpMatcher();
  return { translation, safeLength: safe, program };
}

class CompiledRegex implements Regex {
  readonly source: string;
  readonly groupCount: number;
  readonly groupNames: ReadonlyMap<string, number>;
  readonly #parsed: ParsedRegex;
  #engines: Engines | undefined;
  #needs: readonly Need[] | undefined;

  constructor(source: string, options: RegexOptions) {
    const parsed = parseRegex(source, options);
    this.source = source;
    this.groupCount = parsed.groupCount;
    this.groupNames = parsed.groupNames;
    this.#parsed = parsed;
    // Most patterns of a long list are never run (kit/pattern-index.ts); what may be costly is still found out now.
    if (contains(parsed.tree, isUneven)) this.#engines = compileEngines(parsed);
  }

  #ready(): Engines {
    this.#engines ??= compileEngines(this.#parsed);
    return this.#engines;
  }

  get needs(): readonly Need[] {
    this.#needs ??= needsOf(this.#parsed.tree);
    return this.#needs;
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
    const { translation, safeLength: safe } = this.#engines ?? this.#ready();
    if (!translation || subject.length > safe) return this.exec(subject) !== null;
    translation.regexp.lastIndex = 0;
    return translation.regexp.test(subject);
  }

  search(subject: string, from = 0): RegexMatch | null {
    const { translation, safeLength: safe, program } = this.#engines ?? this.#ready();
    if (!translation || subject.length > safe) return runProgram(program(), subject, from);
    const regexp = translation.regexp;
    regexp.lastIndex = from;
    const found = regexp.exec(subject);
    if (!found) return null;
    const groups = translation.groups ? translation.groups.map((group) => found[group]) : found.slice();
    return { groups, index: found.index, end: found.index + found[0].length };
  }
}

/** Whatever takes more than one step to the right at a time, or may go back. */
function isUneven({ kind }: Tree): boolean {
  return kind !== 'set' && kind !== 'sequence' && kind !== 'place' && kind !== 'capture' && kind !== 'choice';
}

/** Up to which length every subject is matched in a bounded number of steps by backtracking: 0 for none. */
export function safeLengthOf(source: string, options: RegexOptions = {}): number {
  return safeLength(parseRegex(source, options).tree);
}
