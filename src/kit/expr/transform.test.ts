import { describe, expect, it } from 'vitest';
import { decodeBase64, escapeLdap, escapePath, unescapePath } from './transform.ts';

const PRINTABLE = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).join('');

// The expected values are what Apache 2.4.71 answers for these bytes.
describe('the functions of expressions', () => {
  it('escape keeps what a path may hold', () => {
    expect(escapePath(`${PRINTABLE} \xe9`)).toBe(
      "!%22%23$%25&'()*+,-./0123456789:;%3c=%3e%3f@ABCDEFGHIJKLMNOPQRSTUVWXYZ%5b%5c%5d%5e_%60" +
        'abcdefghijklmnopqrstuvwxyz%7b%7c%7d~%20%e9',
    );
  });

  it('ldap escapes what has a meaning there', () => {
    expect(escapeLdap(`${PRINTABLE} \x01\xff`)).toBe(
      "!\\22#$%&'\\28\\29\\2a\\2b\\2c-./0123456789:\\3b\\3c=\\3e?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\5c]^_`" +
        'abcdefghijklmnopqrstuvwxyz{|}~ \\01\\ff',
    );
  });

  it('unescape leaves slashes and gives nothing for broken escapes', () => {
    expect(unescapePath('%41%2F%2f%C3%A9+')).toBe('A%2F%2f\xc3\xa9+');
    expect(unescapePath('a%zz')).toBe('');
    expect(unescapePath('a+b%20%2')).toBe('');
    expect(unescapePath('%41%00b')).toBe('');
  });

  it('unbase64 decodes as far as the text is base64', () => {
    expect(decodeBase64('YWJj====x')).toBe('abc');
    expect(decodeBase64('YW')).toBe('a');
    expect(decodeBase64('Y W J j')).toBe('');
    expect(decodeBase64('!!')).toBe('');
  });
});
