import { describe, expect, it } from 'vitest';
import { compileRegex, RegexLimitError } from './index.ts';
import { runProgram, STEP_LIMIT } from './matcher.ts';
import { parseRegex } from './parser.ts';
import { compileProgram } from './program.ts';

// The aim is 50 ms on an idle machine; tests share theirs.
const PATIENCE = 1000;
const LENGTH = 8192;
/** What the costliest of the patterns needs: eleven nested places to leave a loop. */
const STEPS_PER_BYTE = 64;
const many = (text: string) => text.repeat(LENGTH / text.length);

function timed<T>(run: () => T): { result: T; elapsed: number } {
  const start = performance.now();
  const result = run();
  return { result, elapsed: performance.now() - start };
}

describe('patterns that would backtrack without end', () => {
  const answered: [pattern: string, subject: string, matches: boolean][] = [
    ['^(.*)*x$', many('a'), false],
    ['(x+x+)+y', many('x'), false],
    ['^(a|a)*$', `${many('a')}b`, false],
    ['^(a|a)*$', many('a'), true],
    ['^(a+)+$', `${many('a')}!`, false],
    ['(\\w+\\s?)*$', `${many('ab ')}!`, true],
    ['^/(.*)/(.*)/(.*)/(.*)x$', many('/'), false],
    ['(.*?,){11}P', many('1,'), false],
    ['a.*b.*c.*d', many('abc'), false],
    ['a*b', many('a'), false],
    ['([^/]+)/([^/]*)', many('a'), false],
    ['(.*)(.*)(.*)(.*)(.*)x', many('a'), false],
    ['^(?:(?:a?)*)*b', many('a'), false],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', many('a'), false],
    ['^(?!.*(a+)+$).*z$', `${many('a')}!`, false],
  ];
  for (const [pattern, subject, matches] of answered) {
    it(`${pattern} is answered in linear time`, () => {
      const regex = compileRegex(pattern);
      const { result, elapsed } = timed(() => regex.test(subject));
      expect(result).toBe(matches);
      expect(elapsed).toBeLessThan(PATIENCE);
    });

    it(`${pattern} takes the matcher a few steps for each byte`, () => {
      const program = compileProgram(parseRegex(pattern, {}));
      expect(runProgram(program, subject, 0, STEPS_PER_BYTE * LENGTH) !== null).toBe(matches);
    });
  }

  it('would be given up with fewer steps', () => {
    const program = compileProgram(parseRegex('^(a|a)*$', {}));
    expect(() => runProgram(program, many('a'), 0, LENGTH)).toThrow(RegexLimitError);
  });

  const limited: [pattern: string, subject: string][] = [
    ['(a+)+\\1b', many('a')],
    ['(?=(a+))\\1b', many('a')],
    ['(.*)\\1x', many('a')],
    ['(?:(?>a*)b|a)*c', many('a')],
    ['(\\((?:[^()]|(?1))*\\))x', many('(')],
    ['(?R)?a', 'a'],
    ['(a{1,100}){1,100}b', many('a')],
  ];
  for (const [pattern, subject] of limited) {
    it(`${pattern} is given up at the step limit`, () => {
      const regex = compileRegex(pattern);
      const { elapsed } = timed(() => expect(() => regex.search(subject)).toThrow(RegexLimitError));
      expect(elapsed).toBeLessThan(PATIENCE);
    });
  }

  it('are held to a limit that test/guard finds to be within 50 ms', () => {
    expect(STEP_LIMIT).toBeLessThanOrEqual(600_000);
    expect(STEP_LIMIT).toBeGreaterThan(STEPS_PER_BYTE * LENGTH);
  });

  it('compiles large counts and long alternations quickly', () => {
    const words = Array.from({ length: 2000 }, (_, i) => `word${i}`).join('|');
    for (const pattern of [
      words,
      '((a{1,200}){1,200}){1,200}',
      `${'('.repeat(200)}a${'*)'.repeat(200)}`,
      'a{65535}',
    ]) {
      const { elapsed } = timed(() => compileRegex(pattern).test('b'));
      expect(elapsed, pattern.slice(0, 40)).toBeLessThan(PATIENCE);
    }
  });
});
