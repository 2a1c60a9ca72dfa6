import { describe, expect, it } from 'vitest';
import { matchPrefix, matchServletPrefix, resolveServletPath } from './prefix-match.ts';

describe('a path prefix', () => {
  const cases: [string, string, number][] = [
    ['/q', '/q', 2],
    ['/q/y', '/q', 2],
    ['/qx', '/q', 0],
    ['/a', '/a/', 0],
    ['/a/', '/a/', 3],
    ['/a/x', '/a/', 3],
    ['/a//x', '/a/', 4],
    ['//a/x', '/a', 3],
    ['/x', '/', 1],
    ['/a/b', '/a//b', 4],
    ['/api../x', '/api/', 0],
    ['/A', '/a', 0],
    ['', '/', 0],
  ];
  for (const [uri, prefix, length] of cases) {
    it(`${prefix} takes ${length} bytes of ${JSON.stringify(uri)}`, () => {
      expect(matchPrefix(uri, prefix)).toBe(length);
    });
  }
});

describe('a path prefix for servlet containers', () => {
  const cases: [string, string, number][] = [
    ['/app;v=1/x', '/app/', 9],
    ['/app;v=1', '/app', 8],
    ['/app;v=1/x', '/app', 4],
    ['/app;v=1/', '/app', 8],
    ['/app/x', '/app', 4],
    ['/ap;v=1/x', '/app', 0],
  ];
  for (const [uri, prefix, length] of cases) {
    it(`${prefix} takes ${length} bytes of ${uri}`, () =>
      expect(matchServletPrefix(uri, prefix)).toBe(length));
  }
});

describe('the path that a servlet container reads', () => {
  it('has dots with parameters resolved, and other parameters kept', () => {
    expect(resolveServletPath('/app/..;/admin')).toBe('/admin');
    expect(resolveServletPath('/app/a/.;x/..;v=1/b;c')).toBe('/app/b;c');
    expect(resolveServletPath('/..;/x')).toBeUndefined();
  });
});
