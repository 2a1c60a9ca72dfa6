// What docs/migrating/connect-modrewrite.md says of connect-modrewrite 0.10.2 and of the same rules here, each line run.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import modRewrite from 'connect-modrewrite';
import express, { type Express } from 'express';
import { describe, expect, test } from 'vitest';
import { forExpress } from '../../src/adapters/index.ts';
import { compile } from '../../src/adapters/rewrite/index.ts';

/** What becomes of a request under connect-modrewrite: a URL, or a status with what goes with it. */
function peer(rules: readonly string[], url: string, headers: Record<string, string> = {}): string {
  const request = { url, method: 'GET', headers: { host: 'h.test', ...headers }, connection: {} };
  const said: string[] = [];
  const response = {
    setHeader: (name: string, value: string) => said.push(`${name}: ${value}`),
    writeHead: (status: number | string, fields: Record<string, string> = {}) =>
      said.push(String(status), ...Object.values(fields)),
    end: () => undefined,
  };
  // Parts of a request and a response: all that it asks for.
  modRewrite([...rules])(request as never, response as never, () => said.push(request.url));
  return said.join(' ');
}

/** The same in portico, the rules as those of a server. */
function here(rules: readonly string[], url: string, headers: Record<string, string> = {}): string {
  const text = rules.map((rule) => `RewriteRule ${rule}\n`).join('');
  const result = compile(`RewriteEngine on\n${text}`, { context: 'server' }).evaluate({
    url,
    headers: { host: 'h.test', ...headers },
  });
  if (result.kind === 'redirect') return `${result.status} ${result.location}`;
  if (result.kind === 'unchanged' || result.kind === 'rewritten') return result.url;
  return 'status' in result ? String(result.status) : result.kind;
}

interface Claim {
  readonly what: string;
  readonly rules: readonly string[];
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly peer: string;
  readonly here: string;
}

const CLAIMS: readonly Claim[] = [
  { what: 'the pattern sees the query', rules: ['^/a$ /b'], url: '/a?x=1', peer: '/a?x=1', here: '/b?x=1' },
  {
    what: 'only what matches is replaced',
    rules: ['/old /new'],
    url: '/x/old/y',
    peer: '/x/new/y',
    here: '/new',
  },
  { what: 'escapes are not opened', rules: ['^/a/b$ /c'], url: '/%61/b', peer: '/%61/b', here: '/c' },
  {
    what: 'slashes and dots are as they come',
    rules: ['^/admin - [F]'],
    url: '//x/../admin',
    peer: '//x/../admin',
    here: '403',
  },
  { what: 'an inverted rule ignores its flags', rules: ['!^/ok - [F]'], url: '/no', peer: '-', here: '403' },
  {
    what: '[R] is 301',
    rules: ['^/a$ /b [R]'],
    url: '/a',
    peer: '301 http://h.test/b',
    here: '302 http://h.test/b',
  },
  {
    what: 'a Location is not escaped',
    rules: ['^/a/(.*)$ /b/$1 [R=302]'],
    url: '/a/<x>',
    peer: '302 http://h.test/b/<x>',
    here: '302 http://h.test/b/%3cx%3e',
  },
  {
    what: 'a letter of another flag is a flag',
    rules: ['^/a$ /b [QSA,PT]', '^/b$ /c'],
    url: '/a',
    peer: '',
    here: '/b',
  },
  { what: 'END is no L', rules: ['^/a$ /b [END]', '^/b$ /c'], url: '/a', peer: '/c', here: '/b' },
  {
    what: 'a letter of a value is a flag',
    rules: ['^/a$ /b [E=GO:1]', '^/b$ /c'],
    url: '/a',
    peer: '410',
    here: '/c',
  },
  { what: '[H] is a host', rules: ['^/a$ /b [H=other]'], url: '/a', peer: '/a', here: '/b' },
  { what: 'a quoted pattern is none', rules: ['"^/a b$" /c'], url: '/a%20b', peer: '/a%20b', here: '/c' },
  {
    what: 'the query of a substitution is added to the end',
    rules: ['^/a /b?y=1'],
    url: '/a?x=1',
    peer: '/b?y=1?x=1',
    here: '/b?y=1',
  },
  {
    what: 'X-Forwarded-Proto is believed',
    rules: ['^/a$ /b [R=302]'],
    url: '/a',
    headers: { 'x-forwarded-proto': 'https' },
    peer: '302 https://h.test/b',
    here: '302 http://h.test/b',
  },
  {
    what: 'the Host field is believed',
    rules: ['^/a$ /b [R=302]'],
    url: '/a',
    headers: { host: 'evil.test/x?' },
    peer: '302 http://evil.test/x?/b',
    here: '302 http://localhost/b',
  },
  {
    what: '%{NAME} is text',
    rules: ['^/a$ /%{HTTP_HOST}'],
    url: '/a',
    peer: '/%{HTTP_HOST}',
    here: '/h.test',
  },
  {
    what: 'what both have in common',
    rules: ['^/blog/(\\d+)$ /post/$1 [L]', '^/post - [F]'],
    url: '/blog/7',
    peer: '/post/7',
    here: '/post/7',
  },
  { what: 'statuses', rules: ['^/gone$ - [G]'], url: '/gone', peer: '410', here: '410' },
  { what: 'letters in any case', rules: ['^/A$ /b [NC]'], url: '/a', peer: '/b', here: '/b' },
];

const page = readFileSync(join(import.meta.dirname, '../../docs/migrating/connect-modrewrite.md'), 'utf8');

/** Runs the block of the page that imports `entry`, with the port of a backend that is there. */
function runExample(entry: string, app: Express, port: number): void {
  const blocks = [...page.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
  const code = blocks.find((block) => block.includes(`from '${entry}'`)) ?? '';
  const body = code.replace(/^import .*$/gm, '').replace('127.0.0.1:8000', `127.0.0.1:${port}`);
  new Function('app', 'compile', 'forExpress', body)(app, compile, forExpress);
}

async function listening(server: Server): Promise<Server> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

describe('moving from connect-modrewrite', () => {
  // The one with [PT] is taken for [P]: it asks a server for the page, and nobody is there.
  test.each(CLAIMS)('$what', ({ rules, url, headers, ...claim }) => {
    expect(peer(rules, url, headers)).toBe(claim.peer);
    expect(here(rules, url, headers)).toBe(claim.here);
  });

  test('conditions on files are lines that it does not know', () => {
    expect(() => modRewrite(['RewriteCond %{REQUEST_FILENAME} !-f'])).not.toThrow();
    expect(peer(['RewriteCond %{REQUEST_FILENAME} !-f', '^ /index.html'], '/a.css')).toBe(
      '/index.html/a.css',
    );
  });

  test.each(['portico/middleware', 'portico/rewrite'])(
    'the example of %s does what it replaces',
    async (entry) => {
      const backend = await listening(
        createServer((request, response) => response.end(`backend ${request.url}`)),
      );
      const app = express();
      runExample(entry, app, portOf(backend));
      app.use((request, response) => void response.end(`app ${request.url}`));
      const server = await listening(createServer(app));
      try {
        const ask = async (path: string): Promise<string> =>
          (await fetch(`http://127.0.0.1:${portOf(server)}${path}`)).text();
        expect(await ask('/blog/7?x=1')).toBe('app /post/7?x=1');
        expect(await ask('/other')).toBe('app /other');
        if (entry === 'portico/middleware') expect(await ask('/api/a?b')).toBe('backend /a?b');
      } finally {
        for (const one of [server, backend]) {
          one.close();
          one.closeAllConnections();
        }
      }
    },
  );

  test('every row of the table with a rule in it is one of these', () => {
    const rows = [...page.matchAll(/^\| `([^`]+)` \| `([^`]+)` \| `([^`]*)` \| `([^`]*)` \|/gm)];
    expect(rows.length).toBeGreaterThan(10);
    for (const [, rule = '', url, peerSays, hereSays] of rows) {
      const claim = CLAIMS.find((one) => one.rules[0] === rule && one.url === url);
      expect({ rule, peer: claim?.peer, here: claim?.here }).toEqual({
        rule,
        peer: peerSays,
        here: hereSays,
      });
    }
  });
});
