import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileRegex, RegexLimitError, RegexSyntaxError } from './index.ts';
import { type RegexMatch, runProgram } from './matcher.ts';
import type { RegexOptions } from './options.ts';
import { parseRegex } from './parser.ts';
import { compileProgram } from './program.ts';
import { translate } from './translate.ts';

interface Block {
  readonly pattern: string;
  readonly options: RegexOptions;
  readonly error: string | undefined;
  readonly cases: readonly { readonly subject: string; readonly answer: string }[];
}

function readBlocks(file: string): Block[] {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return text.trimEnd().split(/\n\n+/).slice(1).map(readBlock);
}

function readBlock(block: string): Block {
  const lines = block.split('\n');
  const valuesOf = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const flags = valuesOf('flags')[0] ?? '';
  const answers = valuesOf('answer');
  return {
    pattern: valuesOf('pattern')[0] ?? '',
    options: {
      nocase: flags.includes('i'),
      multiline: flags.includes('m'),
      extended: flags.includes('x'),
      dotAll: !flags.includes('S'),
      dollarEndOnly: !flags.includes('E'),
    },
    error: valuesOf('error')[0],
    cases: valuesOf('subject').map((subject, index) => ({
      subject: JSON.parse(subject) as string,
      answer: answers[index] ?? '',
    })),
  };
}

/** The answer in the file's words; `failed` is PCRE's own giving up. */
function answerOf(find: () => RegexMatch | null): string {
  try {
    return printed(find());
  } catch (error) {
    if (error instanceof RegexLimitError) return 'failed';
    throw error;
  }
}

function printed(match: RegexMatch | null): string {
  if (!match) return 'none';
  const groups = match.groups.map((group) => (group === undefined ? '-' : JSON.stringify(group)));
  return groups.join(' ').replace(/[\x7f-\xff]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
}

const chosen = readBlocks('./pcre-answers.txt');
const generated = readBlocks('./pcre-generated.txt');

describe('PCRE2 answers', () => {
  it('are there in number', () => {
    expect(chosen.length).toBeGreaterThan(500);
    expect(generated.flatMap((block) => block.cases).length).toBeGreaterThan(2000);
  });

  for (const { pattern, options, error, cases } of [...chosen, ...generated]) {
    const title = `${pattern} ${JSON.stringify(options)}`;
    if (error !== undefined) {
      it(`refuses ${title}`, () => {
        expect(() => compileRegex(pattern, options)).toThrow(RegexSyntaxError);
      });
      continue;
    }
    it(`matches ${title}`, () => {
      const regex = compileRegex(pattern, options);
      const answers = cases.map(({ subject }) => answerOf(() => regex.search(subject)));
      expect(linesOf(cases, answers)).toBe(linesOf(cases));
      const tests = cases.map(({ subject }) => regex.test(subject));
      expect(tests).toEqual(cases.map(({ answer }) => !/^(?:none|failed)$/.test(answer)));
    });
    it(`matches ${title} on the own matcher`, () => {
      const program = compileProgram(parseRegex(pattern, options));
      const answers = cases.map(({ subject }) => answerOf(() => runProgram(program, subject, 0)));
      expect(linesOf(cases, answers)).toBe(linesOf(cases));
    });
  }

  it('come from the RegExp for most patterns', () => {
    const valid = [...chosen, ...generated].filter((block) => block.error === undefined);
    const translated = valid.filter((block) => translate(parseRegex(block.pattern, block.options)));
    expect(translated.length / valid.length).toBeGreaterThan(0.5);
  });
});

/** Subjects and answers, as a difference between two of these is read best. */
function linesOf(cases: Block['cases'], answers: readonly string[] = cases.map((one) => one.answer)): string {
  return cases.map(({ subject }, at) => `${JSON.stringify(subject)} => ${answers[at]}`).join('\n');
}
