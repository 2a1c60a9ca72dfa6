// A host for tests: the request and the environment of apache-answers.txt, and a few files.

import type { ExprFile, ExprHost } from '../../src/kit/expr/index.ts';

const VARIABLES: Readonly<Record<string, string>> = {
  SERVER_NAME: 'www.test',
  QUERY_STRING: 'a=b&c=d',
  REQUEST_URI: '/x/y',
  TIME: '20261122092303',
};
const HEADERS: Readonly<Record<string, string>> = { host: 'www.test', 'user-agent': 'UA/1', 'x-a': 'va' };
const FILES: Readonly<Record<string, ExprFile>> = {
  '/dir': { type: 'directory', size: 4096, executable: true },
  '/file': { type: 'file', size: 5, executable: false },
  '/empty': { type: 'file', size: 0, executable: false },
  '/link': { type: 'link', size: 4, executable: true },
};

/** A fresh host and the headers it was told of. */
export function testHost(changes: Partial<ExprHost> = {}): { host: ExprHost; varies: string[] } {
  const varies: string[] = [];
  const host: ExprHost = {
    variable: (name) => VARIABLES[name] ?? '',
    header: (name) => HEADERS[name.toLowerCase()],
    headerRead: (name) => {
      if (!varies.includes(name)) varies.push(name);
    },
    responseHeader: () => undefined,
    env: (name) => (name === 'FOO' ? 'bar' : undefined),
    osEnv: (name) => (name === 'XOS' ? 'osv' : undefined),
    note: () => undefined,
    ssl: () => undefined,
    stat: (path, followLinks) =>
      path === '/link' && followLinks ? (FILES['/file'] ?? null) : (FILES[path] ?? null),
    readFile: (path) => (path === '/file' ? 'hello' : null),
    isAccessible: (by, path) => by === 'uri' || path === '/file',
    ipMatch: (address = '127.0.0.1') => /^(?:127|1\.2)\./.test(address),
    digest: (algorithm, text) => DIGESTS[`${algorithm} ${text}`] ?? '',
    list: (_, argument) => (argument === '1.2.3' ? ['x', 'y'] : []),
    ...changes,
  };
  return { host, varies };
}

// RFC 1321 A.5 and FIPS 180 give those of "abc"; the others are what Apache answers.
const DIGESTS: Readonly<Record<string, string>> = {
  'md5 abc': '900150983cd24fb0d6963f7d28e17f72',
  'md5 ': 'd41d8cd98f00b204e9800998ecf8427e',
  'md5 x': '9dd4e461268c8034f5c8564e155c67a6',
  'sha1 abc': 'a9993e364706816aba3e25717850c26c9cd0d89d',
};
