// A thousand WebSockets at once, and sides that take nothing: all are served, in bounded memory.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { residentMemory } from '../support/process-memory.ts';
import { makeScene, type Scene, until } from '../support/scene.ts';
import type { RunningServer } from '../support/server-process.ts';
import { echo, startWebSocketBackend, type WebSocketBackend } from '../support/websocket-backend.ts';
import { type Client, openClient } from '../support/websocket-client.ts';

const MEGABYTE = 1024 * 1024;

let scene: Scene;
let server: RunningServer;
let backend: WebSocketBackend;
const clients: Client[] = [];

/** The other sides of sockets whose path is `/held`: they do what the test says. */
const held: WebSocket[] = [];

beforeEach(async () => {
  scene = await makeScene();
  backend = await startWebSocketBackend((socket, request) => {
    if (request.url === '/held') held.push(socket);
    else echo(socket, request);
  });
  scene.onClose(() => backend.close());
  server = await scene.start(
    `LogFormat "%>s %O %X" lab\nCustomLog {ROOT}/access.log lab\nProxyPass / ws://127.0.0.1:${backend.port}/\n`,
  );
});

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  held.length = 0;
  await scene.close();
});

async function open(path = '/'): Promise<Client> {
  const client = await openClient(`ws://127.0.0.1:${scene.port}${path}`);
  clients.push(client);
  return client;
}

const SOCKETS = 1000;
/** Measured: 32 KB for both ends and the exchange between them. */
const MOST_PER_SOCKET_KB = 96;

describe('a crowd', () => {
  test(`of ${SOCKETS} exchanges messages at the same time`, { timeout: 120_000 }, async () => {
    // The first request brings everything into memory that stays there.
    await (await open()).ask('hello');
    const before = residentMemory(server.pid).now;
    const crowd: Client[] = [];
    while (crowd.length < SOCKETS)
      crowd.push(...(await Promise.all(Array.from({ length: 100 }, () => open()))));
    expect(backend.open.size).toBe(SOCKETS + 1);
    const open1000 = residentMemory(server.pid).now;
    for (let round = 0; round < 3; round++) {
      const asked = crowd.map((client, at) => client.ask(`${round} of ${at} ${'x'.repeat(at)}`));
      const answers = await Promise.all(asked);
      answers.forEach((answer, at) => {
        expect(answer.bytes.toString()).toBe(`${round} of ${at} ${'x'.repeat(at)}`);
      });
    }
    const after = residentMemory(server.pid);
    console.log(
      `memory of portico in KB: ${before} before, ${open1000} with ${SOCKETS} sockets open, ` +
        `${after.now} after their messages, ${after.peak} at most`,
    );
    expect(after.peak - before).toBeLessThan(SOCKETS * MOST_PER_SOCKET_KB);
    for (const { socket } of crowd) socket.close(1000);
    await Promise.all(crowd.map((client) => client.closed()));
    await until('1000 lines of the access log', () => linesOfLog() === SOCKETS || undefined);
  });

  function linesOfLog(): number {
    return scene
      .read('access.log')
      .split('\n')
      .filter((line) => /^101 \d+ -$/.test(line)).length;
  }
});

/** What sockets and kernels may hold between two ends. */
const MOST_ON_THE_WAY = 48 * MEGABYTE;
const MOST_GROWTH_KB = 24 * 1024;
/** What Node lets lie of pieces that have been sent before it collects them. */
const MOST_GARBAGE_KB = 64 * 1024;
/** More than may be held and lie about together. */
const FLOW = 128 * MEGABYTE;

/** Sends as much as is taken; answers when for a while nothing was. */
async function fill(socket: WebSocket, sent: { bytes: number }): Promise<void> {
  const piece = Buffer.alloc(MEGABYTE, 'x');
  let quiet = 0;
  while (quiet < 10) {
    if (socket.bufferedAmount < 4 * MEGABYTE) {
      socket.send(piece);
      sent.bytes += piece.length;
      quiet = 0;
    } else quiet += 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (sent.bytes > 4 * MOST_ON_THE_WAY) throw new Error('nobody waits for the slow side');
  }
}

/** Sends this much as the other side takes it. */
async function pour(socket: WebSocket, sent: { bytes: number }, size: number): Promise<void> {
  const piece = Buffer.alloc(MEGABYTE, 'x');
  const end = sent.bytes + size;
  while (sent.bytes < end) {
    await until('room for more', () => socket.bufferedAmount < 4 * MEGABYTE || undefined);
    socket.send(piece);
    sent.bytes += piece.length;
  }
}

describe('a side that takes nothing', () => {
  test.each(['client', 'backend'])('makes the other one wait: the %s', { timeout: 60_000 }, async (slow) => {
    await (await open()).ask('hello');
    const client = await open('/held');
    const other = await until('the other side', () => held[0]);
    const [from, to] = slow === 'client' ? [other, client.socket] : [client.socket, other];
    const before = residentMemory(server.pid).now;
    to.pause();
    const sent = { bytes: 0 };
    let taken = 0;
    to.on('message', (data: Buffer) => {
      taken += data.length;
    });
    await fill(from, sent);
    expect(from.bufferedAmount).toBeGreaterThan(0);
    expect(sent.bytes - from.bufferedAmount).toBeLessThan(MOST_ON_THE_WAY);
    expect(residentMemory(server.pid).peak - before).toBeLessThan(MOST_GROWTH_KB);
    // Others are served meanwhile.
    expect((await (await open()).ask('and me?')).bytes.toString()).toBe('and me?');
    to.resume();
    await pour(from, sent, FLOW);
    await until('all of it', () => taken === sent.bytes || undefined);
    expect(residentMemory(server.pid).peak - before).toBeLessThan(MOST_GROWTH_KB + MOST_GARBAGE_KB);
  });
});
