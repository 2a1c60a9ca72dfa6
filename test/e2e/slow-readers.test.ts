// Clients that read a large answer slowly, or never: who reads gets all of it however long it takes, and who reads
// nothing for Timeout is given up, with everything that was held for it.
import { readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { converse, openSocket } from '../support/conversation.ts';
import { makeScene, type Scene, until } from '../support/scene.ts';
import { pour, type ScriptedBackend, startScriptedBackend, type Talk } from '../support/scripted-backend.ts';
import type { RunningServer } from '../support/server-process.ts';

const MEGABYTE = 2 ** 20;
const SIZE = 48 * MEGABYTE;
const TIMEOUT_MS = 2000;
const PIECE: Buffer = Buffer.alloc(MEGABYTE, 'x');

let scene: Scene;
let server: RunningServer;
let backend: ScriptedBackend;

beforeAll(async () => {
  scene = await makeScene();
  backend = await startScriptedBackend(async (talk) => {
    talk.socket.on('error', () => undefined);
    const head = await talk.head();
    if (head === '') return;
    if (head.startsWith('GET /fine ')) talk.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfine\n');
    else if (head.startsWith('GET /chunks ')) await pourChunks(talk);
    else {
      talk.write(`HTTP/1.1 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`);
      await pour(talk, PIECE, SIZE);
    }
  });
  scene.onClose(() => backend.close());
  scene.write('htdocs/large.bin', 'x'.repeat(SIZE));
  server = await scene.start(
    `Timeout ${TIMEOUT_MS / 1000}\nAlias /large.bin {ROOT}/htdocs/large.bin\nProxyPass /large.bin !\nProxyPass / http://127.0.0.1:${backend.port}/ disablereuse=on\n`,
  );
});

afterAll(() => scene.close());

async function pourChunks(talk: Talk): Promise<void> {
  talk.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = Buffer.concat([Buffer.from(`${MEGABYTE.toString(16)}\r\n`), PIECE, Buffer.from('\r\n')]);
  await pour(talk, chunk, (SIZE / MEGABYTE) * chunk.length);
  talk.write('0\r\n\r\n');
}

async function request(path: string): Promise<Socket> {
  const socket = await openSocket(scene.port);
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  return socket;
}

function openFiles(): number {
  return readdirSync(`/proc/${server.pid}/fd`).length;
}

const PATHS = ['/length', '/chunks', '/large.bin'];

describe('a client that never reads', () => {
  test('is given up after Timeout: its connection, its backend’s and its file are closed', async () => {
    await converse(scene.port, 'GET /fine HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const before = openFiles();
    const from = performance.now();
    const sockets = await Promise.all(PATHS.map(request));
    await until('the answers', () => (openFiles() >= before + 5 ? true : undefined));
    await until('the end of all', () => (openFiles() <= before ? true : undefined));
    expect(performance.now() - from).toBeGreaterThanOrEqual(TIMEOUT_MS);
    expect(performance.now() - from).toBeLessThan(TIMEOUT_MS * 4);
    for (const socket of sockets) socket.destroy();
  });
});

describe('a client that reads slowly', () => {
  for (const path of PATHS)
    test.concurrent(`gets everything, though it takes longer than Timeout: ${path}`, async () => {
      const socket = await request(path);
      const from = performance.now();
      let bytes = 0;
      while (performance.now() - from < TIMEOUT_MS * 2.5) {
        for (let left = MEGABYTE; left > 0; ) {
          const chunk: Buffer | null = socket.read();
          if (chunk === null) break;
          left -= chunk.length;
          bytes += chunk.length;
        }
        await sleep(50);
      }
      expect(bytes).toBeLessThan(SIZE);
      socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      socket.resume();
      await new Promise((resolve) => socket.once('close', resolve));
      expect(bytes).toBeGreaterThan(SIZE);
      expect(bytes).toBeLessThan(SIZE * 1.01);
    });
});
