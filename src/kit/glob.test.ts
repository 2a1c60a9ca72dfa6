import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, compileWildcard, isGlob } from './glob.ts';

// Answers of Apache 2.4.71: -strmatch, -fnmatch (pathname) and -strcmatch (nocase) of its expressions.
describe('compileGlob', () => {
  const table: [text: string, pattern: string, matches: boolean][] = [
    ['abc', 'a*', true],
    ['a/b', 'a*', true],
    ['a/b', 'a?b', true],
    ['a/b', 'a[/]b', true],
    ['.a', '*', true],
    ['a*', 'a\\*', true],
    ['ab', 'a\\*', false],
    ['b', '[!a]', true],
    ['b', '[^a]', true],
    ['^', '[!^]', false],
    [']', '[]]', true],
    ['a', '[b-', false],
    ['[a', '[a', true],
    ['[', '[', true],
    ['b', '[a-c]', true],
    ['B', '[a-c]', false],
    ['b', '[c-a]', false],
    ['-', '[a-]', true],
    ['a', '[[:alpha:]]', false],
    ['\\', '\\\\', true],
    ['x', '[\\x]', true],
    [']', '[\\]]', true],
    ['a]', 'a]', true],
    ['', '', true],
    ['', '*', true],
    ['a', '', false],
    ['ab', 'a**b', true],
  ];
  for (const [text, pattern, matches] of table) {
    it(`${pattern} ${matches ? 'matches' : 'does not match'} ${text || 'nothing'}`, () => {
      expect(compileGlob(pattern)(text)).toBe(matches);
    });
  }

  const paths: [text: string, pattern: string, matches: boolean][] = [
    ['a/b', 'a*', false],
    ['a/b', 'a?b', false],
    ['a/b', 'a[/]b', false],
    ['a/.b', 'a/*', true],
    ['a/b/c', 'a/*/c', true],
    ['a/b/c', 'a/*c', false],
  ];
  for (const [text, pattern, matches] of paths) {
    it(`${pattern} ${matches ? 'matches' : 'does not match'} the path ${text}`, () => {
      expect(compileGlob(pattern, { pathname: true })(text)).toBe(matches);
    });
  }

  it('folds the case of ASCII letters only', () => {
    expect(compileGlob('[a-c]*', { nocase: true })('BX')).toBe(true);
    expect(compileGlob('[A-C]', { nocase: true })('b')).toBe(true);
    expect(compileGlob('\xe0', { nocase: true })('\xc0')).toBe(false);
  });

  it('with period leaves a leading dot to a dot', () => {
    const matches = (pattern: string, text: string) =>
      compileGlob(pattern, { pathname: true, period: true })(text);
    expect(matches('*', '.a')).toBe(false);
    expect(matches('?a', '.a')).toBe(false);
    expect(matches('[.]a', '.a')).toBe(false);
    expect(matches('.*', '.a')).toBe(true);
    expect(matches('a/*', 'a/.b')).toBe(false);
    expect(matches('a*', 'a.b')).toBe(true);
  });

  it('agrees with the same pattern as a regular expression', () => {
    const unit = fc.constantFrom('a', 'b', '*', '?');
    fc.assert(
      fc.property(
        fc.string({ unit, maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b') }),
        (glob, text) => {
          const regex = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`);
          expect(compileGlob(glob)(text)).toBe(regex.test(text));
        },
      ),
    );
  });

  it('stays quick on hostile patterns', () => {
    const start = performance.now();
    expect(compileGlob(`${'a*'.repeat(200)}b`)('a'.repeat(8192))).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('compileWildcard', () => {
  it('matches whole server names without case', () => {
    const matches = compileWildcard('*.Example.com');
    expect(matches('www.example.COM')).toBe(true);
    expect(matches('a.b.example.com')).toBe(true);
    expect(matches('example.com')).toBe(false);
    expect(matches('www.example.com.evil.test')).toBe(false);
  });

  it('knows ? and takes everything else as it stands', () => {
    expect(compileWildcard('w?w.test')('wxw.test')).toBe(true);
    expect(compileWildcard('w?w.test')('ww.test')).toBe(false);
    expect(compileWildcard('[a]*')('[a]b')).toBe(true);
    expect(compileWildcard('a.test')('aXtest')).toBe(false);
  });
});

describe('isGlob', () => {
  it('finds wildcards that are not escaped', () => {
    expect(['*', 'a?', '[ab]', 'x[a]y'].every(isGlob)).toBe(true);
    expect(['a', '', '\\*', '[a', 'a]b', '\\[a]', '][a'].some(isGlob)).toBe(false);
  });
});
