import { describe, expect, it } from 'vitest';
import { parseForwardedElement } from './forwarded-element.ts';

const parse = (text: string): Record<string, string> | undefined => {
  const element = parseForwardedElement(text);
  return element && Object.fromEntries(element);
};

describe('an element of Forwarded', () => {
  // RFC 7239 sections 4, 6 and 7.
  it.each<[string, Record<string, string>]>([
    ['for="_gazonk"', { for: '_gazonk' }],
    ['For="[2001:db8:cafe::17]:4711"', { for: '[2001:db8:cafe::17]:4711' }],
    ['for=192.0.2.60;proto=http;by=203.0.113.43', { for: '192.0.2.60', proto: 'http', by: '203.0.113.43' }],
    ['for=192.0.2.43', { for: '192.0.2.43' }],
    ['for=unknown', { for: 'unknown' }],
    ['for=_SEVKISEK', { for: '_SEVKISEK' }],
    [
      'for=198.51.100.17;by=203.0.113.60;proto=http;host=example.com',
      { for: '198.51.100.17', by: '203.0.113.60', proto: 'http', host: 'example.com' },
    ],
    // forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] )
    ['', {}],
    [';', {}],
    [';;for=a;;', { for: 'a' }],
    ['for=a; proto=b ;\thost=c', { for: 'a', proto: 'b', host: 'c' }],
    [String.raw`x="a\"b\\c;d,e"`, { x: String.raw`a"b\c;d,e` }],
    ['x=""', { x: '' }],
    ['x="\xe9"', { x: '\xe9' }],
    ["secret=!#$%&'*+.^_`|~0z-", { secret: "!#$%&'*+.^_`|~0z-" }],
  ])('%j', (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it.each([
    'for',
    'for=',
    '=a',
    'for =a',
    'for= a',
    'for=a b',
    'for=a,b',
    'for=2001:db8::1',
    'for=[2001:db8::1]',
    'for=192.0.2.1:80',
    'for="a',
    'for=a"',
    'for="a"b',
    'for="a"proto=b',
    String.raw`for="a\"`,
    'for="a\x00"',
    'for="\u20ac"',
    // Each parameter no more than once.
    'for=a;for=b',
    'for=a;FOR=a',
    `for=${'a'.repeat(3000)}`,
  ])('%j breaks the grammar', (text) => {
    expect(parse(text)).toBeUndefined();
  });
});
