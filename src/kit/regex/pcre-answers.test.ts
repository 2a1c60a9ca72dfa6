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

function readBlocks(): Block[] {
  const text = readFileSync(new URL('./pcre-answers.txt', import.meta.url), 'utf8');
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

const blocks = readBlocks();

describe('PCRE2 answers', () => {
  it('are there in number', () => {
    expect(blocks.length).toBeGreaterThan(500);
  });

  for (const { pattern, options, error, cases } of blocks) {
    const title = `${pattern} ${JSON.stringify(options)}`;
    if (error !== undefined) {
      it(`refuses ${title}`, () => {
        expect(() => compileRegex(pattern, options)).toThrow(RegexSyntaxError);
      });
      continue;
    }
    it(`matches ${title}`, () => {
      const regex = compileRegex(pattern, options);
      for (const { subject, answer } of cases) {
        expect(
          answerOf(() => regex.exec(subject)),
          `on ${JSON.stringify(subject)}`,
        ).toBe(answer);
        if (answer !== 'failed') expect(regex.test(subject)).toBe(answer !== 'none');
      }
    });
    it(`matches ${title} on the own matcher`, () => {
      const program = compileProgram(parseRegex(pattern, options));
      for (const { subject, answer } of cases) {
        expect(
          answerOf(() => runProgram(program, subject, 0)),
          `on ${JSON.stringify(subject)}`,
        ).toBe(answer);
      }
    });
  }

  it('come from the RegExp for most patterns', () => {
    const valid = blocks.filter((block) => block.error === undefined);
    const translated = valid.filter((block) => translate(parseRegex(block.pattern, block.options)));
    expect(translated.length / valid.length).toBeGreaterThan(0.5);
  });
});
