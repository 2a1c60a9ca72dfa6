import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRegex } from './index.ts';
import { findText, type Language, languageOf, languageWith } from './language.ts';

function language(source: string, nocase = false): Language {
  return languageOf(source, { nocase })!;
}

/** The shortest text that the first pattern matches and the others do not. */
function only(wanted: string, ...unwanted: string[]): string | null | undefined {
  return findText([
    { language: language(wanted), inside: true },
    ...unwanted.map((source) => ({ language: language(source), inside: false })),
  ]);
}

describe('the language of a pattern', () => {
  it('has a shortest text', () => {
    expect(only('^/old/([0-9]+)\\.html$')).toBe('/old/0.html');
    expect(only('')).toBe('');
    expect(only('b{2,3}$')).toBe('bb');
  });

  it('knows that nothing can match', () => {
    expect(only('$a')).toBe(null);
    expect(only('a^')).toBe(null);
    expect(only('[^\\x00-\\xff]')).toBe(null);
  });

  it('tells whether a pattern matches all that another one matches', () => {
    expect(only('^blog/feed$', '^blog')).toBe(null);
    expect(only('^blog', '^blog/feed$')).toBe('blog');
    expect(only('^(a|b)+$', '^[ab]*$')).toBe(null);
    expect(only('.', '^(.*)$')).toBe(null);
    expect(only('x', '.')).toBe(null);
  });

  it('takes case as the pattern does', () => {
    const lower = { language: language('^abc$'), inside: true };
    expect(findText([lower, { language: language('^ABC$', true), inside: false }])).toBe(null);
    expect(findText([lower, { language: language('^ABC$'), inside: false }])).toBe('abc');
  });

  it('does not answer for what is not regular', () => {
    expect(languageOf('(a)\\1')).toBe(undefined);
    expect(languageOf('(')).toBe(undefined);
    expect(languageOf('(a{900}){900}')).toBe(undefined);
    expect(languageOf('^(?!x)a')?.isExact).toBe(false);
    expect(only('a', '(?!x)a')).toBe(undefined);
  });

  it('puts a text in the place of a group', () => {
    const found = languageWith('^/go/(x(.*))?$', {}, 2, 'evil.test')!;
    expect(findText([{ language: found, inside: true }])).toBe('/go/xevil.test');
  });

  it('agrees with the matcher', () => {
    const atom = fc.constantFrom('a', 'b', '[ab]', '.', '^', '$', '(a|b)', '(ab)?', 'a*', '(?:b+)', 'a{1,2}');
    const pattern = fc.array(atom, { maxLength: 5 }).map((atoms) => atoms.join(''));
    fc.assert(
      fc.property(pattern, pattern, (one, two) => {
        const found = only(one, two);
        const [first, second] = [compileRegex(one), compileRegex(two)];
        if (typeof found === 'string') return first.test(found) && !second.test(found);
        for (const text of ['', 'a', 'b', 'ab', 'ba', 'aab', 'bab', 'c'])
          if (first.test(text) && !second.test(text)) return false;
        return true;
      }),
      { numRuns: 300 },
    );
  });
});
