import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePath, mapUrlPath, normalizeRawPath } from './url-path.ts';

function map(raw: string, mergeSlashes: boolean, encodedSlashes: 'off' | 'on' | 'nodecode'): string | number {
  const result = mapUrlPath(raw, { mergeSlashes, encodedSlashes });
  return result.status === undefined ? result.path : result.status;
}

describe('mapUrlPath', () => {
  // Raw path, then Apache's path or status with AllowEncodedSlashes Off, On and NoDecode.
  it.each<[string, string | number, string | number, string | number]>([
    ['/a//b', '/a/b', '/a/b', '/a/b'],
    ['/a/./b', '/a/b', '/a/b', '/a/b'],
    ['/a/../b', '/b', '/b', '/b'],
    ['/a/b/..', '/a/', '/a/', '/a/'],
    ['/a/b/.', '/a/b/', '/a/b/', '/a/b/'],
    ['/a/..', '/', '/', '/'],
    ['/a/.../b', '/a/.../b', '/a/.../b', '/a/.../b'],
    ['/..a', '/..a', '/..a', '/..a'],
    ['/.a', '/.a', '/.a', '/.a'],
    ['/./a', '/a', '/a', '/a'],
    ['/a/%2e/b', '/a/b', '/a/b', '/a/b'],
    ['/a/.%2e/b', '/b', '/b', '/b'],
    ['/a/%2e%2e', '/', '/', '/'],
    ['/a//../b', '/b', '/b', '/b'],
    ['//', '/', '/', '/'],
    ['/a//', '/a/', '/a/', '/a/'],
    ['/a/..;/b', '/a/..;/b', '/a/..;/b', '/a/..;/b'],
    ['/;/../b', '/b', '/b', '/b'],
    ['/a%41%7e%2d', '/aA~-', '/aA~-', '/aA~-'],
    ['/a%5cb', '/a\\b', '/a\\b', '/a\\b'],
    ['/a%25b', '/a%b', '/a%b', '/a%b'],
    ['/a%252fb', '/a%2fb', '/a%2fb', '/a%2fb'],
    ['/a%252e%252e/b', '/a%2e%2e/b', '/a%2e%2e/b', '/a%2e%2e/b'],
    ['/a+b;c', '/a+b;c', '/a+b;c', '/a+b;c'],
    ['/%3f%23%20%0a', '/?# \n', '/?# \n', '/?# \n'],
    ['/\xe9%e9', '/\xe9\xe9', '/\xe9\xe9', '/\xe9\xe9'],
    ['/a%2fb', 404, '/a/b', '/a%2fb'],
    ['/a%2Fb', 404, '/a/b', '/a%2Fb'],
    ['/a%2f..%2fb', 404, '/b', '/a%2f..%2fb'],
    ['/a%2f%2fb', 404, '/a/b', '/a%2f%2fb'],
    ['/a%2f/b', 404, '/a/b', '/a%2f/b'],
    ['/a%2f%2e%2e%2f', 404, '/', '/a%2f..%2f'],
    ['/a%2f../../b', '/b', '/b', '/b'],
    ['/..%2fb', 404, '/b', '/..%2fb'],
    ['/%2f%2e%2e/b', 404, '/b', '/%2f../b'],
    ['/a%00', 404, 404, 404],
    ['/%2f%00', 404, 404, 404],
    ['/..', 400, 400, 400],
    ['/../b', 400, 400, 400],
    ['/a/../../b', 400, 400, 400],
    ['//../b', 400, 400, 400],
    ['/%2e%2e/b', 400, 400, 400],
    ['/a/%2e%2e/%2e%2e/', 400, 400, 400],
    ['/icons/.%2e/%2e%2e/%2e%2e/etc/passwd', 400, 400, 400],
    ['/%zz', 400, 400, 400],
    ['/%', 400, 400, 400],
    ['/a%2', 400, 400, 400],
    ['/%2%65', 400, 400, 400],
    ['/%%32%65', 400, 400, 400],
    ['/a%2f%zz', 400, 400, 400],
    ['/%00%zz', 400, 400, 400],
    ['x', 400, 400, 400],
    ['', 400, 400, 400],
  ])('%s', (raw, off, on, nodecode) => {
    expect(map(raw, true, 'off')).toBe(off);
    expect(map(raw, true, 'on')).toBe(on);
    expect(map(raw, true, 'nodecode')).toBe(nodecode);
  });

  it('leaves doubled slashes where they are not to be merged', () => {
    expect(map('/a//b', false, 'off')).toBe('/a//b');
    expect(map('/a//../b', false, 'off')).toBe('/a/b');
    expect(map('/a/b//../c', false, 'off')).toBe('/a/b/c');
    expect(map('/a//./x', false, 'off')).toBe('/a//x');
    // Apache: but those in front.
    expect(map('//./x', false, 'off')).toBe('/x');
  });

  it('never leaves a segment that climbs', () => {
    const piece = fc.constantFrom('/', '.', '..', '%2e', '%2f', '%2F', 'a', '%41', '%25', ';', '%5c');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 14 }),
        fc.boolean(),
        fc.constantFrom('off' as const, 'on' as const, 'nodecode' as const),
        (pieces, merge, slashes) => {
          const path = map(`/${pieces.join('')}`, merge, slashes);
          if (typeof path === 'number') return;
          expect(path.startsWith('/')).toBe(true);
          expect(path.split('/')).not.toContain('..');
          expect(path.split('/')).not.toContain('.');
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the two steps', () => {
  it('keep other escapes in the first', () => {
    expect(normalizeRawPath('/%61/%2f/../%3fx%C3%A9', true)).toMatchObject({ path: '/a/%3fx%C3%A9' });
  });

  it('are idempotent in the first', () => {
    const piece = fc.constantFrom('/', '.', '%2e', 'a', '%25', '%2f');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const once = normalizeRawPath(`/${pieces.join('')}`, true);
        if (once.status !== undefined) return;
        expect(normalizeRawPath(once.path, true)).toEqual(once);
      }),
    );
  });

  it('decode once only in the second', () => {
    expect(decodePath('/%2541', { mergeSlashes: true, encodedSlashes: 'off' })).toMatchObject({
      path: '/%41',
    });
  });
});
