// Backends and scripts that want to say more than one answer, or something else than an answer: what the client gets, and
// that the next client gets its own.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statusesIn } from '../support/conversation.ts';
import { type Act, type Play, startPlay } from '../support/play.ts';
import { until } from '../support/scene.ts';

const POISON = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nPOISON';

/** The answers of the backend, byte for byte, by path. */
const ANSWERS: Readonly<Record<string, string>> = {
  '/status-cr': 'HTTP/1.1 200 OK\rX-Evil: 1\r\nContent-Length: 0\r\n\r\n',
  '/status-control': 'HTTP/1.1 200 O\x00K\r\nContent-Length: 0\r\n\r\n',
  '/type-cr': 'HTTP/1.1 200 OK\r\nContent-Type: text/html\rX-Evil: 1\r\nContent-Length: 0\r\n\r\n',
  '/value-nul': 'HTTP/1.1 200 OK\r\nX-A: a\x00b\r\nContent-Length: 0\r\n\r\n',
  '/name-space': 'HTTP/1.1 200 OK\r\nContent-Length : 3\r\n\r\nok\n',
  '/both': `HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
  '/both-short': `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 300\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
  '/two-lengths': `HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 50\r\n\r\nok${POISON}`,
  '/extra': `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok${POISON}`,
  '/extra-chunked': `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n${POISON}`,
  '/extra-204': `HTTP/1.1 204 No Content\r\nContent-Length: 6\r\n\r\n${POISON}`,
  '/extra-304': `HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\n${POISON}`,
  '/body-for-head': 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nPOISON',
  '/unasked-101': `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n${POISON}`,
  '/cookie-split': 'HTTP/1.1 200 OK\r\nSet-Cookie: a=1\n Set-Cookie: evil=1\r\nContent-Length: 0\r\n\r\n',
  '/fine': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfine\n',
};

const act: Act = (talk, request) => talk.write(ANSWERS[/ (\S+) /.exec(request)?.[1] ?? ''] ?? '');

/** Scripts by the first line of their query. */
const SCRIPT = `#!/bin/sh
case "$QUERY_STRING" in
both) printf 'Content-Type: text/plain\\nContent-Length: 3\\nTransfer-Encoding: chunked\\n\\nhello there\\n' ;;
handler) printf 'Content-Type: server-status\\nLocation: /up/ok.txt\\n\\n' ;;
cr) printf 'Content-Type: text/plain\\rX-Evil: 1\\n\\nhello\\n' ;;
status) printf 'Status: 200 OK\\rX-Evil: 1\\nContent-Type: text/plain\\n\\nhello\\n' ;;
file) printf 'Location: /etc/passwd\\n\\n' ;;
esac
`;

let play: Play;

beforeAll(async () => {
  play = await startPlay(
    'ScriptAlias /cgi-bin/ {ROOT}/cgi-bin/\nProxyPass /cgi-bin/ !\nProxyPass /up !\nProxyPass /etc !\nProxyPass / http://127.0.0.1:{BACKEND}/\n',
    act,
  );
  play.scene.write('cgi-bin/say.cgi', SCRIPT, 0o755);
  play.scene.write('htdocs/up/ok.txt', 'only the file\n');
});

afterAll(() => play.close());

function ask(target: string, method = 'GET'): Promise<string> {
  return play.send(`${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
}

function bodyOf(text: string): string {
  return text.slice(text.indexOf('\r\n\r\n') + 4);
}

describe('a backend that splits its answer (CVE-2026-33523, CVE-2024-42516, CVE-2023-38709)', () => {
  for (const [path, status] of [
    ['/status-cr', 502],
    ['/status-control', 502],
    ['/type-cr', 500],
    ['/value-nul', 502],
    ['/name-space', 500],
  ] as const) {
    test(`is answered for with ${status}, and no field of it gets out: ${path}`, async () => {
      const text = await ask(path);
      expect(statusesIn(text)).toEqual([status]);
      expect(text.slice(0, text.indexOf('\r\n\r\n'))).not.toMatch(/X-Evil|X-A:/);
      expect(await play.received()).toHaveLength(1);
    });
  }

  test('by a bare LF has a folded field, not a second one', async () => {
    const text = await ask('/cookie-split');
    expect(text.match(/^set-cookie:/gim)).toHaveLength(1);
    await play.received();
  });

  for (const path of ['/both', '/both-short']) {
    test(`with both framings is read by its chunks, framed anew, and not used again: ${path}`, async () => {
      const connections = play.backend.connections.length;
      const text = await ask(path);
      expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      const isChunked = /\r\nTransfer-Encoding: chunked\r\n/i.test(text);
      expect(/\r\nContent-Length: /i.test(text)).toBe(!isChunked);
      expect(bodyOf(text)).toBe(isChunked ? '5\r\nhello\r\n0\r\n\r\n' : 'hello');
      expect(bodyOf(await ask('/fine'))).toBe('fine\n');
      expect(play.backend.connections.length).toBeGreaterThan(connections);
      await play.received();
    });
  }
});

describe('bytes behind an answer (CVE-2026-6733)', () => {
  for (const [path, method] of [
    ['/extra', 'GET'],
    ['/extra-chunked', 'GET'],
    ['/extra-204', 'GET'],
    ['/extra-304', 'GET'],
    ['/two-lengths', 'GET'],
    ['/body-for-head', 'HEAD'],
    ['/unasked-101', 'GET'],
  ] as const) {
    test(`are nobody’s answer: ${method} ${path}`, async () => {
      const first = await ask(path, method);
      expect(statusesIn(first)).toHaveLength(1);
      expect(first).not.toContain('POISON');
      for (let next = 0; next < 3; next++) expect(bodyOf(await ask('/fine'))).toBe('fine\n');
      expect(await play.received()).toHaveLength(4);
    });
  }

  test('that come later, between two requests, are nobody’s answer either', async () => {
    expect(bodyOf(await ask('/fine'))).toBe('fine\n');
    const idle = play.backend.connections.filter((talk) => !talk.socket.destroyed);
    expect(idle.length).toBeGreaterThan(0);
    for (const talk of idle) talk.write(POISON);
    await until('the end of those connections', () =>
      idle.every((talk) => talk.socket.destroyed) ? true : undefined,
    );
    expect(bodyOf(await ask('/fine'))).toBe('fine\n');
    expect(await play.received()).toHaveLength(2);
  });
});

describe('a script', () => {
  test('that frames its answer twice (CVE-2024-24795) is framed by the server', async () => {
    const text = await ask('/cgi-bin/say.cgi?both');
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(text).not.toMatch(/\r\nContent-Length: 3\r\n/);
    expect(bodyOf(text).replace(/^c\r\n([\s\S]*)\r\n0\r\n\r\n$/, '$1')).toBe('hello there\n');
  });

  test('that puts a CR into a field or its status (CVE-2023-38709) adds no field', async () => {
    for (const query of ['cr', 'status']) {
      const text = await ask(`/cgi-bin/say.cgi?${query}`);
      expect(statusesIn(text)).toHaveLength(1);
      expect(text).not.toMatch(/[\r\n]X-Evil/);
    }
  });

  test('that names a handler as type and redirects inside (CVE-2024-38476) gets the file served, no handler', async () => {
    const text = await ask('/cgi-bin/say.cgi?handler');
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(bodyOf(text)).toBe('only the file\n');
    expect(text).not.toContain('server-status');
  });

  test('that redirects inside is bound to the site: it does not name files of the machine', async () => {
    const text = await ask('/cgi-bin/say.cgi?file');
    expect(statusesIn(text)).toEqual([404]);
    expect(text).not.toContain('root:');
  });
});
