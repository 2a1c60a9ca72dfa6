import { describe, expect, it } from 'vitest';
import { isIpv6, parseAuthority } from './authority.ts';

describe('parseAuthority', () => {
  it.each([
    ['a', 'a', undefined],
    ['A.B', 'a.b', undefined],
    ['a.', 'a', undefined],
    ['a.:80', 'a', 80],
    ['.a', '.a', undefined],
    ['a:1', 'a', 1],
    ['a:65535', 'a', 65535],
    ['a:080', 'a', 80],
    ['a_b', 'a_b', undefined],
    ['_', '_', undefined],
    ['-a', '-a', undefined],
    ['a-', 'a-', undefined],
    ['1a.b', '1a.b', undefined],
    ['a.b1', 'a.b1', undefined],
    ['1.2.3.4', '1.2.3.4', undefined],
    ['1.2.3.4.', '1.2.3.4', undefined],
    ['1.2.3.400', '1.2.3.400', undefined],
    ['0.0.0.0:80', '0.0.0.0', 80],
    ['[::1]', '[::1]', undefined],
    ['[::AB]:80', '[::ab]', 80],
    ['[::ffff:1.2.3.4]', '[::ffff:1.2.3.4]', undefined],
  ])('takes %j, as Apache does', (text, host, port) => {
    expect(parseAuthority(text)).toEqual({ host, port });
  });

  it.each([
    ...['', 'a b', 'a/b', 'a@b', 'a,b', 'a%b', 'a%41', 'a\xe9', "a'b", 'a..b', 'a..', '.', '..', '.:80'],
    ...['a:', 'a:abc', 'a:0', 'a:65536', 'a:99999', 'a:80:80', 'a:8 0', 'a:+80', ':80', 'a:4294967376'],
    ...['[::1', '[]', '::1', '[::1]x', '[::1]:', '[g::1]', '[fe80::1%eth0]', '[v1.x]', '[1.2.3.4]'],
    ...['1.2.3', '123', '1.2', '01.2.3.4', '1.2.3.04', '.1.2.3.4', '1.2.3.', '1.2.3.4.5', '1.2.3.4a'],
    ...[
      'a.1',
      'a.1b',
      'a._b',
      'a.-b',
      'x.1.',
      'a;b',
      'a=b',
      'a!b',
      'a*b',
      'a?b',
      'a#b',
      'a\tb',
      'a\\b',
      'a|b',
    ],
  ])('refuses %j, as Apache does', (text) => {
    expect(parseAuthority(text)).toBeUndefined();
  });
});

describe('isIpv6', () => {
  it.each(['::', '::1', '1::', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7::', '1:2:3:4:5:6:1.2.3.4', 'fe80::1'])(
    'takes %s',
    (text) => expect(isIpv6(text)).toBe(true),
  );

  it.each([
    ...['', ':', ':1', '1:', '1:2:3:4:5:6:7:8:9', '1::2::3', '12345::', ':::', '1:2:3:4:5:6:7:8::'],
    ...['::1.2.3', '::1.2.3.256', '1.2.3.4::', '::1.2.3.4:1', '::01.2.3.4'],
  ])('refuses %j', (text) => expect(isIpv6(text)).toBe(false));
});
