// Requests that ask to leave HTTP, and backends that lie about it: what stands behind a request that was not switched is
// the next request, under the same rules; bytes of a tunnel never reach another exchange.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statusesIn } from '../support/conversation.ts';
import { type Act, answerOk, type Play, startPlay } from '../support/play.ts';
import { openEnd } from '../support/tunnel-ends.ts';

const CONF = `
ProxyPass /mark http://127.0.0.1:{BACKEND}/mark
ProxyPass /http/ http://127.0.0.1:{BACKEND}/http/ upgrade=websocket
ProxyPass /any/ http://127.0.0.1:{BACKEND}/any/ upgrade=ANY
ProxyPass /ws/ ws://127.0.0.1:{BACKEND}/ws/
RewriteEngine on
RewriteRule ^/rule/(.*) ws://127.0.0.1:{BACKEND}/rule/$1 [P]
<Location /strict/>
    ProxyWebsocketFallbackToProxyHttp Off
    ProxyPass ws://127.0.0.1:{BACKEND}/strict/
</Location>
<LocationMatch "/private">
    Require all denied
</LocationMatch>
`;

const WAYS = ['http', 'any', 'ws', 'rule', 'strict'] as const;

/** Bytes that must never be taken for an answer to somebody. */
const POISON = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison';

let play: Play;

beforeAll(async () => {
  play = await startPlay(CONF, act);
});

afterAll(() => play.close());

/** Switches as the path says: `/as/PROTOCOL`, `/without`, with poison behind; everything else is a plain answer. */
function act(...[talk, request]: Parameters<Act>): ReturnType<Act> {
  const protocol = /^\S+ \S*\/as\/(\S+)/.exec(request)?.[1];
  const isWithout = /^\S+ \S*\/without/.test(request);
  if (protocol === undefined && !isWithout) return answerOk(talk, request);
  const field = protocol === undefined ? '' : `Upgrade: ${protocol}\r\n`;
  talk.write(`HTTP/1.1 101 Switching Protocols\r\n${field}Connection: Upgrade\r\n\r\n${POISON}`);
  return undefined;
}

function ask(path: string, upgrade = 'websocket', connection = 'Upgrade', more = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: ${upgrade}\r\nConnection: ${connection}\r\n${more}\r\n`;
}

function second(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
}

/** First lines of what reached the backend. */
async function linesReceived(): Promise<string[]> {
  return (await play.received()).map((request) => request.slice(0, request.indexOf('\r\n')));
}

describe.each(WAYS)('behind a refused upgrade of /%s/ (CVE-2026-2833)', (way) => {
  test('the next request is one of its own, under the rules of the front', async () => {
    const text = await play.send(`${ask(`/${way}/x`)}${second(`/${way}/private`)}`);
    expect(statusesIn(text)).toEqual([200, 403]);
    expect(await linesReceived()).toEqual([`GET /${way}/x HTTP/1.1`]);
  });

  test('so is one that is sent once the answer is there', async () => {
    const client = await openEnd(play.scene.port);
    client.write(ask(`/${way}/x`));
    await client.hears('\r\n\r\nok\n');
    client.write(second(`/${way}/private`));
    await client.ends();
    client.socket.destroy();
    expect(statusesIn(client.text)).toEqual([200, 403]);
    expect(await linesReceived()).toEqual([`GET /${way}/x HTTP/1.1`]);
  });

  test.each(['as/other', 'as/h2c', 'as/websocket,', 'without'])(
    'the next request is one of its own, too, when the backend switched: %s',
    async (lie) => {
      const text = await play.send(`${ask(`/${way}/${lie}`)}${second(`/${way}/private`)}`);
      expect(statusesIn(text)).toEqual([502, 403]);
      expect(text).not.toContain('poison');
      expect(await linesReceived()).toEqual([`GET /${way}/${lie} HTTP/1.1`]);
    },
  );
});

describe('a protocol that nobody allowed', () => {
  test.each(['h2c', 'h2c, websocket', 'TLS/1.2', 'web', ''])('is not asked for: %s', async (protocol) => {
    const more = 'HTTP2-Settings: AAMAAABkAAQAAP__\r\n';
    await play.send(`${ask('/http/x', protocol, 'Upgrade, HTTP2-Settings', more)}${second('/http/y')}`);
    const [request = ''] = await play.received();
    expect(request).toMatch(/^GET \/http\/x HTTP\/1\.1\r\n/);
    expect(request).not.toMatch(/upgrade|http2/i);
  });

  test('does not open a tunnel when it stands beside one that is', async () => {
    const text = await play.send(`${ask('/http/as/h2c', 'websocket, h2c')}${second('/http/private')}`);
    expect(statusesIn(text)).toEqual([502, 403]);
    expect(text).not.toContain('poison');
    await play.received();
  });

  test('does not open a tunnel from HTTP/1.0', async () => {
    const old = ask('/http/as/websocket').replace('HTTP/1.1', 'HTTP/1.0');
    expect(statusesIn(await play.send(old))).toEqual([502]);
    await play.received();
  });
});

describe('a line end in Upgrade (CVE-2026-1527)', () => {
  test.each(['websocket\rX-Own: 1', 'websocket\nX-Own: 1', 'websocket\0'])(
    'is refused: %j',
    async (value) => {
      expect(statusesIn(await play.send(ask('/any/x', value)))).toEqual([400]);
      expect(await play.received()).toEqual([]);
    },
  );

  test('that folds the field becomes a space', async () => {
    await play.send(`${ask('/any/x', 'foo\r\n GET /inner HTTP/1.1')}${second('/any/y')}`);
    const [request = '', ...others] = await play.received();
    expect(request).toContain('\r\nUpgrade: foo GET /inner HTTP/1.1\r\n\r\n');
    expect(others).toHaveLength(1);
  });
});

describe('a tunnel', () => {
  test('is no way to another exchange: its connections serve nobody after it', async () => {
    const client = await openEnd(play.scene.port);
    client.write(`${ask('/http/as/websocket')}${second('/http/private')}`);
    await client.hears('poison');
    expect(client.text).toMatch(
      /^HTTP\/1\.1 101 [\s\S]*\r\n\r\nHTTP\/1\.1 200 OK\r\nContent-Length: 6\r\n\r\npoison$/,
    );
    // The backend reads what came through as a request, as a fooled one would; no other client hears of its answer.
    const others = await Promise.all(
      Array.from({ length: 20 }, (_, at) => play.send(second(`/http/other-${at}`))),
    );
    expect(others.filter((text) => !text.endsWith('\r\n\r\nok\n'))).toEqual([]);
    client.socket.destroy();
    await sleep(50);
    const lines = await linesReceived();
    expect(lines.filter((line) => line.includes('/http/private'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('/http/other-'))).toHaveLength(20);
  });

  test.each(WAYS)('of /%s/ is not opened where access is denied (CVE-2026-112085)', async (way) => {
    expect(
      statusesIn(await play.send(`${ask(`/${way}/private/as/websocket`)}${second(`/${way}/private`)}`)),
    ).toEqual([403, 403]);
    expect(await play.received()).toEqual([]);
  });
});
