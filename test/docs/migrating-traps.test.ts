// The traps that docs/migrating/http-proxy.md and http-proxy-middleware.md tell of: there in the real packages, not here.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Asking, ask } from '../adapters/ask.ts';
import { type Example, startScript } from '../adapters/example-process.ts';
import { freePort } from '../support/ports.ts';
import { untilTrue } from '../support/scene.ts';

type Kind = 'http-proxy' | 'http-proxy without a listener' | 'http-proxy-middleware' | 'portico';

interface Backend {
  readonly target: string;
  readonly server: Server;
  /** Targets as they came. */
  readonly asked: string[];
  /** Connections that are open. */
  readonly open: Set<Socket>;
}

/** Never ends an answer to /api/stream, never begins one to /api/silent. */
async function behave(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/api/silent') return;
  if (request.url === '/api/stream') return void response.write('the beginning');
  let length = 0;
  for await (const chunk of request) length += chunk.length;
  response.end(`${length} bytes`);
}

async function startBackend(): Promise<Backend> {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    // Proxies break requests off.
    void behave(request, response).catch(() => request.destroy());
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { target: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, asked, open };
}

function startProxy(kind: Kind, target: string, ...more: string[]): Promise<Example> {
  return startScript('test/docs/proxy-program.mjs', { args: [kind, target, ...more] });
}

/** Sends bytes on a connection of its own. */
async function send({ port }: Example, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => socket.on('connect', resolve));
  socket.write(text);
  return socket;
}

/** Long enough for whatever does not happen. */
const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 500));

describe('clients that vanish', () => {
  test.each<[Kind, Readonly<Record<string, number>>]>([
    ['http-proxy', { '/api/stream': 1, '/api/silent': 1 }],
    ['http-proxy-middleware', { '/api/stream': 0, '/api/silent': 1 }],
    ['portico', { '/api/stream': 0, '/api/silent': 0 }],
  ])('%s leaves connections to the backend: %j', async (kind, due) => {
    const backend = await startBackend();
    const proxy = await startProxy(kind, backend.target);
    for (const [path, count] of Object.entries(due)) {
      const before = backend.open.size;
      const client = await send(proxy, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      await untilTrue('the request', () => backend.asked.includes(path));
      client.destroy();
      if (count === 0) await untilTrue('the end of the connection', () => backend.open.size === before);
      else await later();
      expect({ [path]: backend.open.size - before }).toEqual({ [path]: count });
    }
  });
});

describe('what ends the process', () => {
  test('a backend that is away, where http-proxy has no listener for errors', async () => {
    const away = `http://127.0.0.1:${await freePort()}`;
    const proxy = await startProxy('http-proxy without a listener', away);
    await ask(proxy.port, '/api/x').catch(() => undefined);
    await untilTrue('the end', () => proxy.hasEnded);
    const ours = await startProxy('portico', away);
    expect((await ask(ours.port, '/api/x')).status).toBe(503);
    expect(ours.hasEnded).toBe(false);
  });

  test.each<[Kind, string]>([
    ['http-proxy', 'ended'],
    ['http-proxy-middleware', 'alive'],
    ['portico', 'alive'],
  ])('%s, a WebSocket is reset before the backend has agreed to it: %s', async (kind, due) => {
    const backend = await startBackend();
    let wanted = 0;
    backend.server.on('upgrade', (_request, socket) => {
      wanted += 1;
      socket.on('error', () => undefined);
    });
    const proxy = await startProxy(kind, backend.target);
    const client = await send(
      proxy,
      'GET /api/live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await untilTrue('the wish', () => wanted === 1);
    client.resetAndDestroy();
    if (due === 'ended') await untilTrue('the end', () => proxy.hasEnded);
    else await later();
    expect(proxy.hasEnded ? 'ended' : 'alive').toBe(due);
  });
});

describe('a body that express.json() has read', () => {
  const json: Asking = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"a":"b"}',
  };

  test('http-proxy-middleware never gets an answer', async () => {
    const backend = await startBackend();
    const proxy = await startProxy('http-proxy-middleware', backend.target, 'parsed');
    const asking = ask(proxy.port, '/api/x', json).catch(() => undefined);
    await untilTrue('the request', () => backend.asked.length === 1);
    expect(await Promise.race([asking, later()])).toBe(undefined);
  });

  test('portico sends it on, or says why it cannot', async () => {
    const backend = await startBackend();
    const proxy = await startProxy('portico', backend.target, 'parsed');
    expect(await ask(proxy.port, '/api/x', json)).toMatchObject({ status: 200, body: '9 bytes' });
    const { status, body } = await ask(proxy.port, '/api/x', { ...json, body: '{ "a": 1e3 }' });
    expect([status, body]).toEqual([500, expect.stringContaining('it was read before')]);
    expect(backend.asked).toHaveLength(1);
  });
});

describe('paths', () => {
  const asked = ['/api/../secret', '/apis', '/api//x', '/api/x?u=http://b//c'];
  test.each<[Kind, string[]]>([
    ['http-proxy-middleware', ['/api/../secret', '/apis', '/api/x', '/api/x?u=http://b//c']],
    ['portico', ['/api/x', '/api/x?u=http://b//c']],
  ])('%s asks the backend for %j', async (kind, due) => {
    const backend = await startBackend();
    const proxy = await startProxy(kind, backend.target);
    for (const path of asked) {
      const client = await send(proxy, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      client.resume();
      await new Promise((resolve) => client.on('close', resolve));
    }
    expect(backend.asked).toEqual(due);
  });
});
