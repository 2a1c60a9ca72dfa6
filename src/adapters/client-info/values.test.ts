import { describe, expect, it } from 'vitest';
import { readAuthority, readPort, readPrefix, readScheme } from './values.ts';

describe('a host', () => {
  it.each([
    ['Shop.Example', 'shop.example', undefined],
    ['shop.example.:8080', 'shop.example', 8080],
    ['a_b-c.example', 'a_b-c.example', undefined],
    ['xn--mnchen-3ya.example', 'xn--mnchen-3ya.example', undefined],
    ['127.0.0.1:80', '127.0.0.1', 80],
    ['[2001:DB8:0::1]:443', '[2001:db8::1]', 443],
    ['localhost', 'localhost', undefined],
  ])('%s', (text, host, port) => {
    expect(readAuthority(text)).toEqual({ host, port });
  });

  it.each([
    '',
    ':80',
    'a:',
    'a:0',
    'a:65536',
    'a:80:80',
    'a b',
    'a\tb',
    'a/b',
    'a?b',
    'a#b',
    'a@b',
    'user@shop.example',
    'a\\b',
    '"a"',
    '<a>',
    "a'b",
    'a%2eb',
    'a,b',
    'a..b',
    '.a',
    'm\xfcnchen.example',
    '1.2.3',
    '1.2.3.999',
    '0x7f',
    '0x7f000001',
    '2130706433',
    'xn--a',
    '[::1',
    '::1',
    '[fe80::1%25eth0]',
    '[v1.a]',
    'a'.repeat(300),
  ])('%j is none', (text) => {
    expect(readAuthority(text)).toBeUndefined();
  });
});

describe('the other values', () => {
  it('are schemes', () => {
    expect(['http', 'HTTPS', 'ws', 'Wss'].map(readScheme)).toEqual(['http', 'https', 'http', 'https']);
    expect(['', 'ftp', 'https:', 'javascript', 'on', 'https ', '__proto__'].map(readScheme)).toEqual(
      Array(7).fill(undefined),
    );
  });

  it('are ports', () => {
    expect(['1', '443', '65535', '00080'].map(readPort)).toEqual([1, 443, 65535, 80]);
    expect(['', '0', '65536', '-1', '+1', '1.5', '1e3', '0x50', ' 80', '000080'].map(readPort)).toEqual(
      Array(10).fill(undefined),
    );
  });

  it('are prefixes', () => {
    expect(['', '/', '/shop', '/shop/', '/a/b.c/d', '/a%20b', '/...'].map(readPrefix)).toEqual([
      '',
      '',
      '/shop',
      '/shop',
      '/a/b.c/d',
      '/a%20b',
      '/...',
    ]);
    for (const text of [
      'shop',
      '//evil.test',
      '/a//b',
      '/\\evil.test',
      '/..',
      '/a/../b',
      '/a/%2E%2e/b',
      '/./a',
      '/a?b',
      '/a#b',
      '/a b',
      '/a"b',
      "/a'b",
      '/<a>',
      '/%',
      '/%zz',
      '/\xe9',
      'http://evil.test',
      `/${'a'.repeat(2000)}`,
    ])
      expect([text, readPrefix(text)]).toEqual([text, undefined]);
  });
});
