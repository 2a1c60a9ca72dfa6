// Subjects on which a backtracking matcher takes exponentially many steps: searched for, and counted with a matcher that,
// like PCRE, remembers no failures. A pattern for which none is found is not said to be costly.

import { compileRegex, RegexLimitError, safeLengthOf } from '../../kit/regex/index.ts';
import { findText } from '../../kit/regex/language.ts';
import { runProgram } from '../../kit/regex/matcher.ts';
import type { RegexOptions } from '../../kit/regex/options.ts';
import { parseRegex } from '../../kit/regex/parser.ts';
import { compileProgram } from '../../kit/regex/program.ts';
import { languageFor } from './values.ts';

/** So many steps for so short a subject are no power of its length any more. */
const STEPS = 300_000;
const TURNS = 28;
const MOST_TRIES = 600;

/** What is repeated where nothing in the pattern's own text is enough. */
const PUMPS = ['a', '0', '/', ' ', 'a/', 'a ', '.', 'a.', '-', ',', '%'];
/** What makes the match fail in the end. */
const ENDS = ['!', '\n', '/', '//', ''];

/** A short subject that keeps PCRE busy until it gives up; undefined where none was found. */
export function costlySubject(source: string, options: RegexOptions = {}): string | undefined {
  if (safeLengthOf(source, options) > 0) return undefined;
  const program = { ...compileProgram(parseRegex(source, options)), memoBits: 0 };
  let tries = 0;
  for (const subject of subjectsFor(source, options)) {
    if (++tries > MOST_TRIES) return undefined;
    try {
      runProgram(program, subject, 0, STEPS);
    } catch (error) {
      if (error instanceof RegexLimitError) return subject;
      throw error;
    }
  }
  return undefined;
}

function* subjectsFor(source: string, options: RegexOptions): Iterable<string> {
  const regex = compileRegex(source, options);
  const language = languageFor(source, options.nocase ?? false);
  const shortest = language === undefined ? '' : (findText([{ language, inside: true }]) ?? '');
  const letters = lettersOf(source);
  const starts = new Set([shortest, ...PUMPS.map((pump) => shortest + pump), '']);
  for (const start of starts)
    for (let at = start.length; at >= 0; at--)
      for (const pump of [...pumpsAt(start, at), ...letters])
        for (const end of ENDS) {
          const subject = start.slice(0, at) + pump.repeat(TURNS) + end;
          // Where there is a match, nothing is tried again.
          if (!regex.test(subject)) yield subject;
        }
}

/** Pairs of the letters that the pattern spells. */
function lettersOf(source: string): readonly string[] {
  const letters = [...new Set(source.match(/[A-Za-z0-9]/g))].slice(0, 3);
  return letters.flatMap((one) => letters.map((other) => one + other));
}

function pumpsAt(start: string, at: number): ReadonlySet<string> {
  const own = [1, 2, 3].flatMap((length) => (at >= length ? [start.slice(at - length, at)] : []));
  return new Set([...own, ...PUMPS]);
}
