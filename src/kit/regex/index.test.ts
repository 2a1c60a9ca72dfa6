import { describe, expect, it } from 'vitest';
import { compileRegex, RegexLimitError, RegexSyntaxError } from './index.ts';

describe('compileRegex', () => {
  it('tells the groups and their names', () => {
    const regex = compileRegex('^/(?<user>[^/]+)/(?:x|(?P<page>.*))$');
    expect(regex.groupCount).toBe(2);
    expect([...regex.groupNames]).toEqual([
      ['user', 1],
      ['page', 2],
    ]);
  });

  it('tells where a match begins and ends', () => {
    expect(compileRegex('b+').exec('abbc')).toEqual({ groups: ['bb'], index: 1, end: 3 });
  });

  it('leaves a group that took no part undefined', () => {
    expect(compileRegex('(a)|(b)').exec('b')?.groups).toEqual(['b', undefined, 'b']);
  });

  it('searches from a place without taking it for the start', () => {
    expect(compileRegex('^a').exec('aa', 1)).toBeNull();
    expect(compileRegex('(?<=a)a').exec('aa', 1)?.index).toBe(1);
    expect(compileRegex('.*').exec('abc', 2)?.groups).toEqual(['c']);
    expect(compileRegex('\\Ga').exec('aba', 2)?.index).toBe(2);
    expect(compileRegex('a').exec('a', 5)).toBeNull();
  });

  it('remembers nothing from one search to the next', () => {
    const regex = compileRegex('a');
    expect(regex.test('a') && regex.test('a') && regex.exec('a') !== null && regex.test('a')).toBe(true);
  });

  it('reads bytes: letters above ASCII have no case', () => {
    const regex = compileRegex('^\xc0\xb5\xdf$', { nocase: true });
    expect(regex.test('\xc0\xb5\xdf')).toBe(true);
    expect(regex.test('\xe0\xb5\xdf')).toBe(false);
  });

  it('takes options from outside', () => {
    expect(compileRegex('^b', { multiline: true }).test('a\nb')).toBe(true);
    expect(compileRegex(' a # c', { extended: true }).test('a')).toBe(true);
    expect(compileRegex('a.b', { dotAll: false }).test('a\nb')).toBe(false);
    expect(compileRegex('a$', { dollarEndOnly: false }).test('a\n')).toBe(true);
    expect(compileRegex('a$').test('a\n')).toBe(false);
  });
});

describe('a match that takes too many steps', () => {
  const regex = compileRegex('(a+)+\\1b');
  const subject = 'a'.repeat(5000);

  it('is none, as it is to Apache', () => {
    expect(regex.exec(subject)).toBeNull();
    expect(regex.test(subject)).toBe(false);
  });

  it('is told to who searches', () => {
    expect(() => regex.search(subject)).toThrow(RegexLimitError);
    expect(regex.search('ab')).toBeNull();
    expect(regex.search('aaab')?.groups).toEqual(['aaab', 'a']);
  });
});

describe('RegexSyntaxError', () => {
  const table: [pattern: string, offset: number, message: RegExp][] = [
    ['ab(c', 2, /closing parenthesis/],
    ['ab)', 2, /unmatched/],
    ['a[bc', 1, /missing \]/],
    ['ab**', 3, /quantifier/],
    ['a(*COMMIT)b', 1, /\(\*COMMIT\) is not supported/],
    ['(*UTF)a', 0, /\(\*UTF\) is not supported/],
    ['ab\\C', 2, /\\C/],
    ['ab\\X', 2, /\\X/],
    ['x(?C1)', 1, /\(\?C1\)/],
    ['a(?<=b*)', 1, /look-behind/],
    ['(a)\\2', 3, /does not exist/],
    ['a\\', 1, /end of the pattern/],
    ['[b-a]', 2, /range/],
    ['a{3,1}', 1, /out of order/],
  ];
  for (const [pattern, offset, message] of table) {
    it(`names what is wrong in ${pattern} and where`, () => {
      const error = failureOf(pattern);
      expect(error.message).toMatch(message);
      expect(error.offset).toBe(offset);
    });
  }

  it('answers patterns nested too deeply instead of exhausting the stack', () => {
    expect(failureOf('('.repeat(50_000)).message).toMatch(/nested/);
    expect(() => compileRegex('('.repeat(240) + ')'.repeat(240))).not.toThrow();
  });
});

function failureOf(pattern: string): RegexSyntaxError {
  try {
    compileRegex(pattern);
  } catch (error) {
    if (error instanceof RegexSyntaxError) return error;
    throw error;
  }
  throw new Error(`${pattern} was accepted`);
}
