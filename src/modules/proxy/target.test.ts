import { describe, expect, it } from 'vitest';
import { canonicalTarget, parseOrigin, splitUrl } from './target.ts';

function canonical(url: string, args?: string, isRaw = false): string {
  const split = splitUrl(url)!;
  const target = canonicalTarget(split, { isRaw, args, keepSlashes: false });
  return 'status' in target ? `${target.status} ${target.text}` : target.url;
}

describe('the canonical form of a target', () => {
  const cases: [string, string][] = [
    ['http://B.Example:80/x', 'http://b.example/x'],
    ['HTTP://b:8000', 'http://b:8000/'],
    ['http://user:pw@b:8000/x', 'http://b:8000/x'],
    ['http://[::1]:8000/x', 'http://[::1]:8000/x'],
    ['http://b/a b', 'http://b/a%20b'],
    ['http://b/100%', 'http://b/100%25'],
    ['http://b/a?b', 'http://b/a%3Fb'],
    ['http://b/"|^`{}[]<>\\#', 'http://b/%22%7C%5E%60%7B%7D%5B%5D%3C%3E%5C%23'],
    ['http://b/\xc3\xa9\n', 'http://b/%C3%A9%0A'],
    ["http://b/~$-_.+!*'(),;:@&=Az09", "http://b/~$-_.+!*'(),;:@&=Az09"],
    ['http://b:1a/x', 'http://b:1a/x'],
    ['http://b:/x', 'http://b:/x'],
  ];
  for (const [url, expected] of cases) {
    it(`${JSON.stringify(url)} is ${expected}`, () => expect(canonical(url)).toBe(expected));
  }

  it('carries the query as it came', () => {
    expect(canonical('http://b/x', 'a="%26&b=[]')).toBe('http://b/x?a="%26&b=[]');
    expect(canonical('http://b/x', '')).toBe('http://b/x?');
  });

  it('leaves a raw path as it is, but not with a space or a control byte in it', () => {
    expect(canonical('http://b/a%20b%2520c%41', 'q', true)).toBe('http://b/a%20b%2520c%41?q');
    expect(canonical('http://b/a b', undefined, true)).toBe(
      '403 AH10415: To be forwarded path contains control characters or spaces',
    );
    expect(canonical('http://b/a\x7fb', undefined, true)).toMatch(/^403 AH10415/);
  });

  it('refuses a query with a space or a control byte', () => {
    for (const query of ['a b', 'a\r\nX: y', 'a\x00', 'a\x7f']) {
      expect(canonical('http://b/x', query)).toBe(
        '403 AH10408: To be forwarded query string contains control characters or spaces',
      );
    }
  });

  it('keeps %2F where encoded slashes are not decoded', () => {
    const target = canonicalTarget(splitUrl('http://b/a%2Fb%2f c')!, {
      isRaw: false,
      args: undefined,
      keepSlashes: true,
    });
    expect(target).toMatchObject({ path: '/a%2Fb%2f%20c' });
  });

  it('refuses authorities without host, with port 0 or a port too large, and half an IPv6 address', () => {
    for (const url of [
      'http://:8000/',
      'http:///x',
      'http://b:0/',
      'http://b:65536/',
      'http://[::1/',
      'http://[x]/',
    ]) {
      expect(canonical(url)).toMatch(/^400 AH01083: error parsing URL .*: Invalid host\/port$/);
    }
  });
});

describe('an origin', () => {
  it('gives the Host field without the default port', () => {
    expect(parseOrigin('http', 'b:80', undefined)?.hostField).toBe('b');
    expect(parseOrigin('http', 'b:8000', undefined)?.hostField).toBe('b:8000');
    expect(parseOrigin('http', '[::1]:8000', undefined)).toMatchObject({
      host: '::1',
      hostField: '[::1]:8000',
    });
  });

  it('is the same value for the same text, and another one behind a socket', () => {
    expect(parseOrigin('http', 'b:8000', undefined)).toBe(parseOrigin('http', 'b:8000', undefined));
    expect(parseOrigin('http', 'b:8000', '/run/a.sock')?.key).toBe('unix:/run/a.sock');
  });

  it('is looked up only when its name can be one', () => {
    for (const host of ['localhost', 'b-1.example', 'a_b', '127.0.0.1', '[::1]'])
      expect(parseOrigin('http', host, undefined)?.isLookable).toBe(true);
    for (const host of ['a b', 'a%20b', 'b:1a', 'a"b', 'a\r\nb', 'a[b'])
      expect(parseOrigin('http', host, undefined)?.isLookable).toBe(false);
  });
});

describe('splitting a URL', () => {
  it('takes the socket off', () => {
    expect(splitUrl('unix:/run/a.sock|http://b/x')).toEqual({
      socket: '/run/a.sock',
      scheme: 'http',
      authority: 'b',
      rest: '/x',
    });
  });

  it('finds nothing in what is no absolute URL', () => {
    for (const text of ['/x', 'b:80/x', 'http:/b', 'unix:/x', '']) expect(splitUrl(text)).toBeUndefined();
  });
});
