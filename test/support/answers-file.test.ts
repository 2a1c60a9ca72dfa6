import { describe, expect, it } from 'vitest';
import { describeDifference } from './answer-diff.ts';
import { formatAnswers, parseAnswers } from './answers-file.ts';

const byCase = new Map([
  ['one', [{ request: '/a', lines: ['200', '| === not a case', '|'] }]],
  [
    'two',
    [
      { request: '/a', lines: ['404'] },
      { request: '/b', lines: [] },
    ],
  ],
]);

describe('an answers file', () => {
  it('is read as it was written', () => {
    expect(parseAnswers(formatAnswers({ origin: 'by hand', byCase }))).toEqual({ origin: 'by hand', byCase });
  });
});

describe('a difference', () => {
  it('shows the request and the lines that part', () => {
    const expected = [{ request: '/a', lines: ['200', 'x: 1', '| a'] }];
    const actual = [{ request: '/a', lines: ['200', '| a', '| b'] }];
    expect(describeDifference(expected, actual)).toBe('--- /a\n  200\n- x: 1\n  | a\n+ | b');
    expect(describeDifference(expected, expected)).toBeUndefined();
  });

  it('shows an answer that is missing', () => {
    expect(describeDifference([{ request: '/a', lines: ['200'] }], [])).toContain('no answer, expected:');
  });
});
