// Small tables: cookies, comparisons, absolute URIs, own URLs, maps, time, document root.
// Values as observed on Apache httpd 2.4.71.
import { describe, expect, it } from 'vitest';
import { absoluteScheme } from './absolute-uri.ts';
import { compareIntegers, compareStrings } from './compare.ts';
import { readCookie } from './cookie.ts';
import { underRoot } from './document-root.ts';
import type { ServerIdentity } from './host.ts';
import { internalMap, readMapLocation } from './maps.ts';
import { qualify, reduceToPath } from './self-reduction.ts';
import { chooseSubvalue, parseTextMap } from './text-map.ts';
import { readTimeVariable } from './time-variables.ts';

describe('the CO flag', () => {
  const now = new Date(Date.UTC(2026, 10, 22, 9, 13, 16));
  it.each([
    ['n:v:.d.test', 'n=v; path=/; domain=.d.test'],
    [
      'n:v:.d.test:60:/p:secure:httponly:Lax',
      'n=v; path=/p; domain=.d.test; expires=Sun, 22-Nov-2026 10:13:16 GMT; secure; HttpOnly; SameSite=Lax',
    ],
    ['n:v:d:10', 'n=v; path=/; domain=d; expires=Sun, 22-Nov-2026 09:23:16 GMT'],
    ['n:v:d:0:/:false:0:false', 'n=v; path=/; domain=d'],
    ['n:v:d:0:/:1:true', 'n=v; path=/; domain=d; secure; HttpOnly'],
    [';n:x;v;d', 'n:x=v; path=/; domain=d'],
    ['::n::v::d:', 'n=v; path=/; domain=d'],
  ])('%s', (text, line) => {
    expect(readCookie(text, now)?.line).toBe(line);
  });

  it.each(['', 'n', 'n:v', 'n::v'])('sets nothing for %j', (text) => {
    expect(readCookie(text, now)).toBeUndefined();
  });
});

describe('comparing', () => {
  it.each([
    ['<', 'b', 'aa', false, true],
    ['>', 'aa', 'b', false, true],
    ['<', 'abb', 'abc', false, true],
    ['<', 'b', 'aa', true, false],
    ['=', 'A', 'a', true, true],
    ['=', 'A', 'a', false, false],
    ['>=', 'x', 'x', false, true],
    ['<=', '', 'bb', false, true],
  ] as const)('%s of %j and %j, NC %s: %s', (operator, a, b, nocase, expected) => {
    expect(compareStrings(operator, a, b, nocase)).toBe(expected);
  });

  it.each([
    ['-eq', ' -7x', ' -7', true],
    ['-ge', '12x', '5', true],
    ['-lt', 'abc', '1', true],
    ['-ne', '', '0', false],
    ['-gt', '+3', '2', true],
    ['-le', '2', '2', true],
  ] as const)('%s of %j and %j: %s', (operator, a, b, expected) => {
    expect(compareIntegers(operator, a, b)).toBe(expected);
  });
});

describe('absolute URIs', () => {
  it.each([
    'http://h',
    'HTTPS://h',
    'ajp://h',
    'balancer://b',
    'mailto:a@b',
    'unix:/x',
    'ws://h/',
    'h2c://h/',
    'news:x',
  ])('%s is one', (text) => {
    expect(absoluteScheme(text)).toBeDefined();
  });
  it.each(['http:/foo', 'tel:123456', 'data:text/x', 'javascript:x', '/http://h', 'ws://', 'x', ''])(
    '%s is none',
    (text) => {
      expect(absoluteScheme(text)).toBeUndefined();
    },
  );
});

describe('URLs of this server', () => {
  const server: ServerIdentity = {
    scheme: 'http',
    name: 'v1.test',
    port: 18080,
    configuredPort: 18080,
    hasName: (host) => host === 'v1.test',
    addresses: [{ host: '127.0.0.1', port: 0 }],
  };
  it.each([
    ['http://v1.test:18080/x', '/x'],
    ['HTTP://v1.test:18080', '/'],
    ['http://v1.test/x', undefined],
    ['https://v1.test:18080/x', undefined],
    ['http://127.0.0.1/x', '/x'],
    ['http://other:18080/x', undefined],
  ])('%s is reduced to %s', (url, path) => {
    expect(reduceToPath(url, server)).toBe(path);
  });

  it('are not recognised by name when ServerName has no port', () => {
    expect(reduceToPath('http://v1.test:18080/x', { ...server, configuredPort: 0 })).toBeUndefined();
  });

  it('get the scheme, name and port a relative result lacks', () => {
    expect(qualify('/x', server)).toBe('http://v1.test:18080/x');
    expect(qualify('x', { ...server, port: 80 })).toBe('http://v1.test/x');
  });
});

describe('map files', () => {
  const long = `l${'k'.repeat(1030)} v\n`;
  const map = parseTextMap(
    `# c\na\tb c\r\nb  \t vb\nc vc#x\nd vd\\ x\ne\vve\nf\fvf\ng  \n\nx\n y z\nh "q r"\ni vi\r\na again\n${long}last nonl`,
  );
  it.each([
    ['a', 'b'],
    ['b', 'vb'],
    ['c', 'vc#x'],
    ['d', 'vd\\'],
    ['e', 've'],
    ['f', 'vf'],
    ['g', undefined],
    ['h', '"q'],
    ['i', 'vi'],
    ['x', undefined],
    ['y', undefined],
    ['#', undefined],
    // What stands behind the first 1024 bytes of a line is a line of its own.
    ['kkkkkkk', 'v'],
    ['last', 'nonl'],
  ])('%s gives %s', (key, value) => {
    expect(map.get(key)).toBe(value);
  });

  it('chooses one of the values between bars', () => {
    expect(chooseSubvalue('a|b|c', 0)).toBe('a');
    expect(chooseSubvalue('a|b|c', 0.5)).toBe('b');
    expect(chooseSubvalue('a|b|c', 0.999)).toBe('c');
    expect(chooseSubvalue('solo', 0.5)).toBe('solo');
  });
});

describe('the source of a RewriteMap', () => {
  it.each([
    ['txt:/x', { kind: 'txt', argument: '/x' }],
    ['/x', { kind: 'txt', argument: '/x' }],
    ['RND:x', { kind: 'rnd', argument: 'x' }],
    ['dbm=sdbm:/x', { kind: 'dbm', dbmType: 'sdbm', argument: '/x' }],
    ['dbm:/x', { kind: 'dbm', dbmType: undefined, argument: '/x' }],
    ['prg:/bin/x -a', { kind: 'prg', argument: '/bin/x -a' }],
    ['fastdbd:SELECT 1', { kind: 'fastdbd', argument: 'SELECT 1' }],
    ['foo:', { kind: 'txt', argument: 'foo:' }],
  ])('%s', (text, expected) => {
    expect(readMapLocation(text)).toMatchObject(expected);
  });

  it('names an internal function that does not exist', () => {
    expect(internalMap('TOLOWER')).toMatchObject({ error: 'RewriteMap: internal map not found:TOLOWER' });
  });
});

describe('time variables', () => {
  const date = new Date(2026, 0, 4, 5, 6, 7);
  it.each([
    ['TIME', '20260104050607'],
    ['TIME_YEAR', '2026'],
    ['TIME_MON', '01'],
    ['TIME_DAY', '04'],
    ['TIME_HOUR', '05'],
    ['TIME_MIN', '06'],
    ['TIME_SEC', '07'],
    ['TIME_WDAY', '0'],
  ] as const)('%s is %s', (name, expected) => {
    expect(readTimeVariable(name, date)).toBe(expected);
  });
});

describe('joining to DocumentRoot', () => {
  it.each([
    ['/plain.txt', '/srv/www/plain.txt'],
    ['//plain.txt', '/srv/www/plain.txt'],
    ['/', '/srv/www/'],
    ['/a/./b/../c/', '/srv/www/a/c/'],
    ['/proxy:http://127.0.0.1/', '/srv/www/proxy:http:/127.0.0.1/'],
    ['/../x', undefined],
    ['/a/../../x', undefined],
  ])('%s is %s', (path, expected) => {
    expect(underRoot('/srv/www', path)).toBe(expected);
  });
});
