// Values as observed on Apache httpd 2.4.71.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compileBackrefEscape,
  escapeAbsoluteUri,
  escapeBackref,
  escapeUrl,
  hasControlOrSpace,
  unescapeUrl,
} from './escape.ts';

describe('escaping back-references', () => {
  it.each<[Partial<Parameters<typeof compileBackrefEscape>[0]>, string, string]>([
    [{}, 'a b&c/d', 'a+b%26c%2fd'],
    [{ plusForSpace: false }, ' y&', '%20y%26'],
    [{ list: '#?;' }, 'a#b;c d', 'a%23b%3bc d'],
    [{ except: '/' }, 'a/b c&d', 'a/b+c%26d'],
    [{ controlsOnly: true }, 'a b&\n', 'a+b&%0a'],
    [{ controlsOnly: true, list: '&' }, 'a b&', 'a+b%26'],
    [{}, 'A_z09\xe9', 'A_z09%e9'],
  ])('%j turns %j into %j', (words, text, expected) => {
    expect(escapeBackref(text, compileBackrefEscape({ plusForSpace: true, ...words }))).toBe(expected);
  });
});

describe('escaping a redirect', () => {
  it.each([
    ['http://h/a b', 'http://h/a%20b'],
    ['http://h"/a"?%#', 'http://h"/a%22%3f%25%23'],
    ['HTTP://h', 'HTTP://h'],
    ['ftp://h/a?x', 'ftp://h/a%3fx'],
    ['news:x?y', 'news:x%3fy'],
    ['ldap://h/a?b?c?d?e%f', 'ldap://h/a?b?c?d?e%25f'],
    ['ldap://h/a?b?c?d?e%f?g', 'ldap://h/a?b?c?d?e%25f%3fg'],
    ['unix:/x|http://h/"', 'unix:/x%7chttp://h/%22'],
  ])('%s', (url, expected) => {
    expect(escapeAbsoluteUri(url)).toBe(expected);
  });

  it('leaves no byte a header line could not hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        const escaped = escapeUrl(text);
        expect(hasControlOrSpace(escaped)).toBe(false);
        expect(unescapeUrl(escaped)).toBe(text);
      }),
    );
  });
});

describe('unescaping', () => {
  it.each([
    ['a%20b%2541', 'a b%41'],
    ['%2F%2f', '//'],
    ['a+b', 'a+b'],
    ['%zz%4', '%zz%4'],
  ])('%s', (text, expected) => {
    expect(unescapeUrl(text)).toBe(expected);
  });
});
