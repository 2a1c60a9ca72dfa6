// What clients can make the server hold in memory: dozens of them at once, each with megabytes in its hands, and a
// reading of the server's memory. Whatever they do, others are answered meanwhile.
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { converse, openSocket, statusesIn } from '../support/conversation.ts';
import { residentMemory } from '../support/process-memory.ts';
import { makeScene, type Scene, until } from '../support/scene.ts';
import { pour, type ScriptedBackend, startScriptedBackend } from '../support/scripted-backend.ts';
import type { RunningServer } from '../support/server-process.ts';

const MEGABYTE = 2 ** 20;
const CLIENTS = 40;
/** Enough for their heads to be too much. */
const LARGE_HEADS = 110;
/** A piece or two in either direction for each client, and what Node has not collected or given back yet. */
const MOST_GROWTH_KB = CLIENTS * 256 + 64 * 1024;
const PIECE: Buffer = Buffer.alloc(MEGABYTE, 'x');

let scene: Scene;
let server: RunningServer;
let backend: ScriptedBackend;
/** Paths of requests that reached the backend. */
const reached: string[] = [];

beforeAll(async () => {
  scene = await makeScene();
  backend = await startScriptedBackend(async (talk) => {
    talk.socket.on('error', () => undefined);
    const head = await talk.head();
    const path = / (\S+) /.exec(head)?.[1] ?? '';
    reached.push(path);
    if (path === '/large') {
      talk.write(`HTTP/1.1 200 OK\r\nContent-Length: ${64 * MEGABYTE}\r\n\r\n`);
      await pour(talk, PIECE, 64 * MEGABYTE);
    } else if (path === '/fine') talk.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfine\n');
    else talk.socket.pause();
  });
  server = await scene.start(
    `ProxyPass / http://127.0.0.1:${backend.port}/ disablereuse=on\nLimitRequestBody 0\n`,
  );
  await askFine();
});

afterAll(async () => {
  // A client that sent ahead and went is not missed while its bytes wait to be read: the backend has to end first.
  await backend.close();
  await scene.close();
});

async function askFine(): Promise<void> {
  const answer = await converse(scene.port, 'GET /fine HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*fine\n$/);
}

/** Waits until a number stays as it is for half a second. */
async function settled(read: () => number): Promise<true> {
  let last = Number.NaN;
  let since = performance.now();
  return until('rest', () => {
    const value = read();
    if (value !== last) since = performance.now();
    last = value;
    return performance.now() - since > 500 ? true : undefined;
  });
}

interface Crowd {
  readonly sockets: readonly Socket[];
  /** Kilobytes by which the server has grown at most. */
  readonly grownKb: number;
  readonly texts: readonly string[];
}

/** Clients write something and wait, without reading. */
function crowd(write: (socket: Socket) => void): Promise<Crowd> {
  return gather(CLIENTS, write, false);
}

async function gather(count: number, write: (socket: Socket) => void, reads: boolean): Promise<Crowd> {
  const before = residentMemory(server.pid).peak;
  const sockets: Socket[] = [];
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    const socket = await openSocket(scene.port);
    texts.push('');
    if (reads)
      socket.on('data', (chunk: Buffer) => {
        texts[i] += chunk.toString('latin1');
      });
    else socket.pause();
    write(socket);
    sockets.push(socket);
  }
  const taken = (): number =>
    sockets.reduce((sum, socket) => sum + socket.bytesWritten - socket.writableLength, 0);
  await settled(taken);
  await askFine();
  return { sockets, texts, grownKb: residentMemory(server.pid).peak - before };
}

/** The crowd leaves, and the server is as before. */
async function leave({ sockets }: Crowd): Promise<void> {
  for (const socket of sockets) socket.resetAndDestroy();
  await askFine();
}

/** A head of 700 KB, all but its end. */
function largeHead(path: string): string {
  const fields = Array.from({ length: 90 }, (_, at) => `X-Field-${at}: ${'a'.repeat(7800)}\r\n`);
  return `GET ${path} HTTP/1.1\r\nHost: x\r\n${fields.join('')}`;
}

describe('many clients', () => {
  test('that do not read their answers: a piece of each is held', async () => {
    const all = await crowd((socket) => socket.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n'));
    expect(reached.filter((path) => path === '/large')).toHaveLength(CLIENTS);
    expect(all.grownKb).toBeLessThan(MOST_GROWTH_KB);
    await leave(all);
  });

  test('that send requests ahead, megabytes of them: a piece of each is held', async () => {
    const ahead = Buffer.alloc(6 * MEGABYTE, 'GET /held HTTP/1.1\r\nHost: x\r\n\r\n');
    const all = await crowd((socket) => socket.write(ahead));
    expect(reached.filter((path) => path === '/held')).toHaveLength(CLIENTS);
    expect(all.grownKb).toBeLessThan(MOST_GROWTH_KB);
    await leave(all);
  });

  test('with bodies that the backend does not read: a piece or two of each are held', async () => {
    const head = `POST /deaf HTTP/1.1\r\nHost: x\r\nContent-Length: ${16 * MEGABYTE}\r\n\r\n`;
    const all = await crowd((socket) => {
      socket.write(head);
      for (let i = 0; i < 16; i++) socket.write(PIECE);
    });
    expect(all.grownKb).toBeLessThan(MOST_GROWTH_KB);
    await leave(all);
  });

  test('with large heads that do not end: when they are too much together, some are refused with 503', async () => {
    const all = await gather(LARGE_HEADS, (socket) => socket.write(largeHead('/never')), true);
    const refused = all.texts.filter((text) => text !== '');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(LARGE_HEADS / 2);
    for (const text of refused) expect(statusesIn(text)).toEqual([503]);
    expect(all.grownKb).toBeLessThan(3 * 64 * 1024);
    await leave(all);
    await until('room again', async () => {
      const [first] = statusesIn(
        await converse(scene.port, `${largeHead('/fine')}Connection: close\r\n\r\n`),
      );
      return first === 200 ? true : undefined;
    });
  });

  test('with large heads that wait for a backend: the same', async () => {
    const all = await gather(LARGE_HEADS, (socket) => socket.write(`${largeHead('/silent')}\r\n`), true);
    const refused = await until('the end of all', () => {
      const found = all.texts.filter((text) => text !== '');
      const forwarded = reached.filter((path) => path === '/silent').length;
      return found.length + forwarded === LARGE_HEADS ? found : undefined;
    });
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(LARGE_HEADS / 2);
    for (const text of refused) expect(statusesIn(text)).toEqual([503]);
    expect(all.grownKb).toBeLessThan(5 * 64 * 1024);
    await leave(all);
  });
});
