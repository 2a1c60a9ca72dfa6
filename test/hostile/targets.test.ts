// Targets that want to be somewhere else: another host, another folder, past an access rule, into the backend's request
// line. What the backend received is looked at, and a second one that nobody may ever reach.
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { statusesIn } from '../support/conversation.ts';
import { answerOk, type Play, startPlay } from '../support/play.ts';
import { until } from '../support/scene.ts';
import { answering, type ScriptedBackend, startScriptedBackend } from '../support/scripted-backend.ts';

let play: Play;
let victim: ScriptedBackend;

const CONF = `RewriteEngine on
RewriteRule ^/glued(.*) http://127.0.0.1:{BACKEND}$1 [P]
RewriteRule ^/here/(.*) http://127.0.0.1:{BACKEND}/elsewhere?$1 [P]
RewriteRule ^/pass/(.*)$ http://127.0.0.1:{BACKEND}/got/$1 [P]
RewriteRule ^/files/(.*)$ $1.html
RewriteRule ^/abs/(.*)$ $1
RewriteRule ^/redos/(a+)+$ /a.txt
RewriteRule ^/away/(.*)$ /$1 [R]
ProxyPass /mark http://127.0.0.1:{BACKEND}/mark
ProxyPass /api/ http://127.0.0.1:{BACKEND}/
ProxyPass /proxied http://127.0.0.1:{BACKEND}
<Location /api/admin>
    Require all denied
</Location>
<Location /admin>
    Require all denied
</Location>
ProxyPass /admin http://127.0.0.1:{BACKEND}/
`;

beforeAll(async () => {
  victim = await startScriptedBackend(answering('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nvictim'));
  play = await startPlay(CONF, answerOk);
  mkdirSync(`${play.scene.root}/secret`);
  writeFileSync(`${play.scene.root}/secret/s.html`, 'a secret');
  play.scene.write('htdocs/a.txt', 'a file\n');
});

afterAll(async () => {
  await play.close();
  await victim.close();
});

afterEach(() => {
  expect(victim.connections.length).toBe(0);
});

interface Outcome {
  readonly status: number;
  readonly text: string;
  /** Request lines that the backend received. */
  readonly lines: string[];
}

async function ask(target: string, { method = 'GET', fields = '' } = {}): Promise<Outcome> {
  const bytes = `${method} ${target} HTTP/1.1\r\nHost: x\r\n${fields}Connection: close\r\n\r\n`;
  const text = await play.send(bytes);
  const statuses = statusesIn(text);
  expect(statuses).toHaveLength(1);
  const lines = (await play.received()).map((request) => request.split('\r\n')[0] ?? '');
  return { status: statuses[0]!, text, lines };
}

/** `GET TARGET` is answered `status`, and no backend hears of it. */
async function expectAlone(target: string, status: number, more = {}): Promise<void> {
  const { status: found, lines, text } = await ask(target, more);
  expect(`${target} ${found} ${lines.join()}`).toBe(`${target} ${status} `);
  expect(text).not.toMatch(/root:|a secret/);
}

/** `GET TARGET` reaches the backend as `path`. */
async function expectForwarded(target: string, path: string): Promise<void> {
  expect(await ask(target)).toMatchObject({ status: 200, lines: [`GET ${path} HTTP/1.1`] });
}

describe('a target that is no path', () => {
  test('GET @host and GET :@host:port (CVE-2011-3368, CVE-2011-4317) are 400', async () => {
    for (const target of [`@127.0.0.1:${victim.port}/x`, `:@127.0.0.1:${victim.port}/x`, 'a.txt', '?x'])
      await expectAlone(target, 400);
  });

  test('a fragment (GHSA-fvhj-4qfh-q2hm) is 400: it is neither cut off nor escaped', async () => {
    for (const target of ['/#/../admin', '/api/#/../admin', '/pass/a#b']) await expectAlone(target, 400);
  });

  test('an address with a unix socket in it (CVE-2021-44224) is a path that nobody has', async () => {
    await expectAlone(`http://unix:/x|http://127.0.0.1:${victim.port}/`, 404);
  });

  test('CONNECT (CVE-2021-44224) is 405: nothing is tunnelled', async () => {
    await expectAlone(`127.0.0.1:${victim.port}`, 405, { method: 'CONNECT' });
  });

  test('an address of another host is a request to us, not to that host', async () => {
    const { status, lines } = await ask(`http://127.0.0.1:${victim.port}/api/x`);
    expect([status, lines]).toEqual([200, ['GET /x HTTP/1.1']]);
    await expectAlone(`ftp://127.0.0.1:${victim.port}/api/x`, 400);
  });
});

describe('request data behind a host that a rule spells', () => {
  test('does not become the host or the port: 403, and the log shows what to write', async () => {
    await expectAlone(`/glued@127.0.0.1:${victim.port}/`, 403);
    // Where Apache refuses the target itself, the status is Apache's.
    await expectAlone('/glued1/', 400);
    await expectAlone('/glued.evil.test/', 500);
    await until('the log line', () =>
      play.scene.errorLog().includes(`write http://127.0.0.1:${play.backend.port}/$1`) ? true : undefined,
    );
    await expectForwarded('/glued/fine', '/fine');
  });

  test('of any length behind unix: in the query (CVE-2021-40438) stays a query', async () => {
    const query = `unix:${'A'.repeat(4200)}|http://127.0.0.1:${victim.port}/`;
    await expectForwarded(`/proxied/?${query}`, `/?${query}`);
  });

  test('does not become a proxy: address (CVE-2024-39573)', async () => {
    await expectAlone(`/abs/proxy:http://127.0.0.1:${victim.port}/`, 404);
  });
});

describe('escapes on their way into the request line of a backend', () => {
  test('a decoded line end in a query (CVE-2023-25690) is 403', async () => {
    await expectAlone('/here/x%20HTTP/1.1%0d%0aFoo:%20bar', 403);
    await expectAlone('/here/x%0aFoo:%20bar', 403);
  });

  test('a space, %, #, line feed and letters beyond ASCII (CVE-2024-38473) are escaped again', async () => {
    await expectForwarded('/pass/%20%25%23%0a%C3%A9', '/got/%20%25%23%0A%C3%A9');
  });

  test('a pattern with $ and a dot (CVE-2017-15715) sees a line end as part of the path', async () => {
    await expectForwarded('/pass/a%0ab', '/got/a%0Ab');
    await expectForwarded('/pass/a%0a', '/got/a%0A');
  });

  test('decoded data put back into a path (CVE-2026-120213) keeps its meaning or is refused', async () => {
    await expectAlone('/pass/a%2fb', 404);
    await expectForwarded('/pass/a%23b', '/got/a%23b');
    await expectAlone('/pass/a%3fb', 403);
    await expectForwarded('/pass/a%253fb', '/got/a%253fb');
  });

  test('%3f that would cut the target (CVE-2024-38474, CVE-2024-38475) is 403', async () => {
    await expectAlone('/files/etc/passwd%3f', 403);
  });

  test('a first segment that is a folder of the machine (CVE-2024-38475) does not open it', async () => {
    await expectAlone(`/files${play.scene.root}/secret/s`, 404);
  });

  test('a line end in a redirect stays escaped, and // leads to no other host', async () => {
    const split = await ask('/away/a%0d%0aX-Evil:%201');
    expect(split.text).toMatch(/\r\nLocation: http:\/\/x(:\d+)?\/a%0d%0aX-Evil:%201\r\n/);
    const other = await ask('/away//evil.test/');
    expect(other.text).toMatch(/\r\nLocation: http:\/\/x(:\d+)?\/evil\.test\/\r\n/);
  });
});

describe('dots', () => {
  test('that climb above the root (CVE-2021-41773, CVE-2021-42013) are 400', async () => {
    for (const target of [
      '/icons/.%2e/%2e%2e/%2e%2e/etc/passwd',
      '/icons/%%32%65%%32%65/etc/passwd',
      '/api/.%2e/%2e%2e/etc/passwd',
      '/api/%2e%2e/%2e%2e/x',
      '/api/./.././../x',
    ])
      await expectAlone(target, 400);
  });

  test('that leave the prefix of a backend (CVE-2026-15631, CVE-2021-21321) do not reach it', async () => {
    for (const target of ['/api/../x', '/api/%2e%2e/x', '/api/a/../../x', '/api/.%2E/x']) {
      await expectAlone(target, 404);
      await expectAlone(target, 404, { fields: 'Upgrade: websocket\r\nConnection: Upgrade\r\n' });
    }
  });

  test('glued to the prefix (CVE-2026-48020, CVE-2026-40912) do not reach the backend', async () => {
    for (const target of ['/api../admin', '/api%2e%2e/admin', '/api..%2fadmin', '/api..;/admin'])
      await expectAlone(target, 404);
  });
});

describe('an access rule', () => {
  test('sees through slashes, dots and escapes (CVE-2019-0220, CVE-2021-30641)', async () => {
    for (const target of [
      '/admin/x',
      '//admin/x',
      '///admin//x',
      '/a//../admin/x',
      '/./admin/x',
      '/%61dmin/x',
      '/api/%2e%2e/admin/x',
      '/api/../admin/x',
      '/api//admin/x',
      '/api/./admin/x',
      '/api/%61dmin/x',
    ])
      await expectAlone(target, 403);
  });

  test('holds for upgrades too (CVE-2026-112085)', async () => {
    const fields =
      'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: http://evil.test\r\n';
    await expectAlone('/admin/ws', 403, { fields });
    await expectAlone('/api/admin/ws', 403, { fields });
  });

  test('and the prefix of a backend see the same path (CVE-2026-16117)', async () => {
    await expectForwarded('/%61pi/x', '/x');
    await expectForwarded('/api/%78', '/x');
  });
});

describe('odd targets', () => {
  test('//x@x and its like (CVE-2026-55602) are answered, and no host', async () => {
    for (const target of [
      '//x@x',
      '//x@x/../..//',
      `//127.0.0.1:${victim.port}/x`,
      '/[',
      '/{a,b}',
      '/**',
      '/%5b%2a',
    ])
      expect([400, 404]).toContain((await ask(target)).status);
  });

  test('a pattern that could take for ever (ReDoS) is answered at once', async () => {
    const from = performance.now();
    await expectAlone(`/redos/${'a'.repeat(40)}b`, 404);
    await expectAlone(`/redos/${'a'.repeat(240)}b`, 404);
    expect(performance.now() - from).toBeLessThan(2000);
  });
});
