import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomPattern } from '../../../test/support/random-pattern.ts';
import { compileRegex, RegexLimitError, RegexSyntaxError } from './index.ts';
import type { Program } from './instruction.ts';
import { type RegexMatch, runProgram } from './matcher.ts';
import { parseRegex } from './parser.ts';
import { compileProgram } from './program.ts';
import { translate } from './translate.ts';

const subjects = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A'), maxLength: 8 });

function answerWithoutMemory(program: Program, subject: string): RegexMatch | null | 'given up' {
  try {
    return runProgram({ ...program, memoBits: 0 }, subject, 0);
  } catch (error) {
    if (error instanceof RegexLimitError) return 'given up';
    throw error;
  }
}

describe('the two engines', () => {
  it('answer the same wherever a pattern can be translated', () => {
    let compared = 0;
    fc.assert(
      fc.property(randomPattern, subjects, (pattern, subject) => {
        const parsed = parseRegex(pattern, {});
        const translation = translate(parsed);
        if (!translation) return;
        compared++;
        const found = translation.regexp.exec(subject);
        translation.regexp.lastIndex = 0;
        const groups = found && (translation.groups?.map((group) => found[group]) ?? [...found]);
        expect(runProgram(compileProgram(parsed), subject, 0)?.groups ?? null, pattern).toEqual(groups);
      }),
      { numRuns: 3000 },
    );
    expect(compared).toBeGreaterThan(500);
  });

  it('find the same with and without remembering failed states', () => {
    fc.assert(
      fc.property(randomPattern, subjects, (pattern, subject) => {
        const program = compileProgram(parseRegex(pattern, {}));
        const plain = answerWithoutMemory(program, subject);
        if (plain !== 'given up') expect(runProgram(program, subject, 0), pattern).toEqual(plain);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('any text as a pattern', () => {
  it('either compiles or is refused with its place', () => {
    const texts = fc.string({ unit: fc.constantFrom(..."ab(|)*+?{}[]^$.\\1:<>=!-P&,xQEK#R'2 ") });
    fc.assert(
      fc.property(texts, fc.string({ unit: 'binary', maxLength: 6 }), (pattern, subject) => {
        try {
          compileRegex(pattern).exec(subject);
        } catch (error) {
          if (error instanceof RegexLimitError) return;
          expect(error).toBeInstanceOf(RegexSyntaxError);
          expect((error as RegexSyntaxError).offset).toBeLessThanOrEqual(pattern.length);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
