// WebSockets through the built portico, with npm's ws on both sides, in each way in which a configuration can proxy them.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeScene, type Scene } from '../support/scene.ts';
import { echo, startWebSocketBackend, type WebSocketBackend } from '../support/websocket-backend.ts';
import { type Client, openClient } from '../support/websocket-client.ts';

const MEGABYTE = 1024 * 1024;

/** The ways, by the prefix of their paths. */
const CONF = `
ProxyPass /by-scheme/ ws://127.0.0.1:{BACKEND}/
ProxyPass /by-upgrade/ http://127.0.0.1:{PLAIN}/ upgrade=websocket
ProxyPass /by-any/ http://127.0.0.1:{BACKEND}/any/ upgrade=ANY
RewriteEngine on
RewriteRule ^/by-rule/(.*) ws://127.0.0.1:{BACKEND}/$1 [P]
RewriteCond %{HTTP:Upgrade} =websocket [NC]
RewriteRule ^/guarded/(.*) ws://127.0.0.1:{BACKEND}/$1 [P]
RewriteRule ^/guarded/(.*) http://127.0.0.1:{BACKEND}/$1 [P]
<Location /strict/>
    ProxyWebsocketFallbackToProxyHttp Off
    ProxyPass ws://127.0.0.1:{BACKEND}/
</Location>
`;

const WAYS = ['by-scheme', 'by-upgrade', 'by-any', 'by-rule', 'guarded', 'strict'] as const;

let scene: Scene;
let backend: WebSocketBackend;
/** The same without compression. */
let plain: WebSocketBackend;
const opened: Client[] = [];

beforeAll(async () => {
  scene = await makeScene();
  backend = await startWebSocketBackend(act, { perMessageDeflate: { threshold: 0 }, handleProtocols });
  plain = await startWebSocketBackend(act, { perMessageDeflate: false, handleProtocols });
  scene.onClose(() => Promise.all([backend.close(), plain.close()]).then(() => undefined));
  await scene.start(
    CONF.replaceAll('{BACKEND}', String(backend.port)).replaceAll('{PLAIN}', String(plain.port)),
  );
});

afterAll(async () => {
  for (const { socket } of opened) socket.terminate();
  await scene.close();
});

function handleProtocols(offered: Set<string>): string | false {
  return offered.has('second') ? 'second' : false;
}

/** Does what the path says: `/close/CODE/REASON`, `/terminate`, `/request`; everything else is an echo. */
function act(...[socket, request]: Parameters<typeof echo>): void {
  const [, word = '', first = '', second = ''] = (request.url ?? '').split(/[/?]/);
  if (word === 'close') socket.close(Number(first), second);
  else if (word === 'terminate') socket.terminate();
  else if (word === 'request') socket.send(JSON.stringify([request.url, request.headers]));
  else echo(socket, request);
}

async function open(path: string, options?: Parameters<typeof openClient>[1]): Promise<Client> {
  const client = await openClient(`ws://127.0.0.1:${scene.port}${path}`, options);
  opened.push(client);
  return client;
}

/** Text of that many bytes in which one in five characters takes more than one of them. */
function textOf(size: number): string {
  const piece = 'abcdefgh ijklmno €ß𝄞 ';
  const text = piece.repeat(Math.ceil(size / Buffer.byteLength(piece)));
  return Buffer.from(text).subarray(0, size).toString('utf8').replace(/�+$/, '').padEnd(1, 'x');
}

function bytesOf(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 8)) & 0xff;
  return bytes;
}

function digest(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const SIZES = [1, 125, 126, 127, 65_535, 65_536, 65_537, MEGABYTE];

describe.each(WAYS)('messages %s', (way) => {
  test.each([false, true])('come back as they were sent, compression %s', async (perMessageDeflate) => {
    const client = await open(`/${way}/`, { perMessageDeflate });
    expect(client.socket.extensions !== '').toBe(perMessageDeflate && way !== 'by-upgrade');
    for (const size of [...SIZES, ...(way === 'by-scheme' ? [8 * MEGABYTE] : [])]) {
      const text = textOf(size);
      const bytes = bytesOf(size);
      const asText = await client.ask(text);
      expect([asText.isBinary, asText.bytes.length, digest(asText.bytes)]).toEqual([
        false,
        Buffer.byteLength(text),
        digest(text),
      ]);
      const asBytes = await client.ask(bytes);
      expect([asBytes.isBinary, asBytes.bytes.length, digest(asBytes.bytes)]).toEqual([
        true,
        size,
        digest(bytes),
      ]);
    }
    expect(await client.ask('')).toEqual({ bytes: Buffer.alloc(0), isBinary: false });
    expect(await client.ask(Buffer.alloc(0))).toEqual({ bytes: Buffer.alloc(0), isBinary: true });
    client.socket.close(1000);
    expect((await client.closed()).code).toBe(1000);
  });

  test('many small ones keep their order', async () => {
    const client = await open(`/${way}/`);
    for (let i = 0; i < 1000; i++) client.socket.send(`message ${i}`);
    for (let i = 0; i < 1000; i++) expect((await client.next()).bytes.toString()).toBe(`message ${i}`);
  });

  test('in fragments, with control frames between them', async () => {
    const client = await open(`/${way}/`);
    let pongs = 0;
    client.socket.on('pong', (data) => {
      pongs += data.toString() === 'between' ? 1 : 0;
    });
    const parts = ['', 'fragmented ', textOf(70_000), bytesOf(1).toString('latin1'), 'end'];
    parts.forEach((part, at) => {
      client.socket.send(part, { fin: at === parts.length - 1 });
      client.socket.ping('between');
      client.socket.pong('unasked');
    });
    expect((await client.next()).bytes.toString()).toBe(parts.join(''));
    await expect.poll(() => pongs).toBe(parts.length);
  });

  test('pings of 0 and 125 bytes are answered by the backend', async () => {
    const client = await open(`/${way}/`);
    for (const size of [0, 125]) {
      const pong = once(client.socket, 'pong');
      client.socket.ping(bytesOf(size));
      expect((await pong)[0]).toEqual(bytesOf(size));
    }
  });
});

describe('the end of a WebSocket', () => {
  const CODES = [1000, 1001, 1003, 1011, 3000, 4999];

  test.each(CODES)('with code %i of the client reaches the backend, and comes back', async (code) => {
    const client = await open('/by-upgrade/');
    const before = plain.codes.length;
    client.socket.close(code, 'the reason');
    expect(await client.closed()).toEqual({ code, reason: 'the reason' });
    await expect.poll(() => plain.codes.slice(before)).toEqual([code]);
  });

  test.each(CODES)('with code %i of the backend reaches the client', async (code) => {
    const client = await open(`/by-upgrade/close/${code}/because`);
    expect(await client.closed()).toEqual({ code, reason: 'because' });
  });

  test('without a close frame of the backend is one for the client', async () => {
    const client = await open('/by-scheme/terminate');
    expect((await client.closed()).code).toBe(1006);
  });

  test('without a close frame of the client is one for the backend', async () => {
    const client = await open('/by-upgrade/');
    await client.ask('up and running');
    const before = plain.codes.length;
    client.socket.terminate();
    await expect.poll(() => plain.codes.slice(before)).toEqual([1006]);
  });
});

describe('the handshake', () => {
  test('brings the path, the query and the fields to the backend', async () => {
    const client = await open('/by-scheme/request?a=b%20c', {
      origin: 'http://www.example.test',
      headers: { Cookie: 'session=1', 'X-Own': 'yes' },
    });
    const [url, headers] = JSON.parse((await client.next()).bytes.toString());
    expect(url).toBe('/request?a=b%20c');
    expect(headers).toMatchObject({
      connection: 'Upgrade',
      upgrade: 'websocket',
      host: `127.0.0.1:${backend.port}`,
      origin: 'http://www.example.test',
      cookie: 'session=1',
      'x-own': 'yes',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': `127.0.0.1:${scene.port}`,
      'x-forwarded-server': 'www.example.test',
      'sec-websocket-version': '13',
    });
  });

  test('agrees on a protocol', async () => {
    const client = await open('/guarded/', { protocols: ['first', 'second', 'third'] });
    expect(client.socket.protocol).toBe('second');
    const other = await open('/guarded/', { protocols: ['first'] }).catch((error: Error) => error);
    // The client's own complaint: the server chose none of those it offered.
    expect(String(other)).toContain('no subprotocol');
  });

  test('that the backend refuses is its answer', async () => {
    const refused = await startWebSocketBackend(echo, {
      verifyClient: (_info, done) => done(false, 401, 'No', { 'WWW-Authenticate': 'Basic realm="x"' }),
    });
    const own = await makeScene();
    try {
      await own.start(`ProxyPass / ws://127.0.0.1:${refused.port}/\n`);
      await expect(openClient(`ws://127.0.0.1:${own.port}/`)).rejects.toThrow('answered 401');
    } finally {
      await own.close();
      await refused.close();
    }
  });

  test('is not needed for what is no WebSocket', async () => {
    for (const way of ['by-scheme', 'by-upgrade', 'by-rule', 'guarded']) {
      const answer = await fetch(`${scene.origin}/${way}/`);
      expect([answer.status, answer.headers.get('upgrade'), await answer.text()]).toEqual([
        426,
        way === 'guarded' ? null : 'websocket',
        'a WebSocket, please\n',
      ]);
    }
    expect((await fetch(`${scene.origin}/strict/`)).status).toBe(404);
  });
});

describe('a slow consumer', () => {
  test('gets everything in the end', async () => {
    const client = await open('/by-upgrade/');
    client.socket.pause();
    const piece = bytesOf(MEGABYTE);
    for (let i = 0; i < 16; i++) client.socket.send(piece);
    await sleep(300);
    client.socket.resume();
    for (let i = 0; i < 16; i++) expect((await client.next()).bytes.equals(piece)).toBe(true);
  });
});
