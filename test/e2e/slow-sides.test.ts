// Sides of different speed: whoever is fast waits for whoever is slow, in bounded memory; and whoever goes away sets the
// other side free.
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { converse, openSocket } from '../support/conversation.ts';
import { residentMemory } from '../support/process-memory.ts';
import { makeScene, type Scene, settled, until } from '../support/scene.ts';
import {
  pour,
  roomIn,
  type ScriptedBackend,
  startScriptedBackend,
  type Talk,
} from '../support/scripted-backend.ts';
import type { RunningServer } from '../support/server-process.ts';

const MEGABYTE = 2 ** 20;
const SIZE = 64 * MEGABYTE;
const PIECE: Buffer = Buffer.alloc(MEGABYTE, 'x');
/** What the kernel may hold on the way; portico itself is allowed much less. */
const MOST_ON_THE_WAY = 32 * MEGABYTE;
const MOST_GROWTH_KB = 24 * 1024;

interface Stage {
  readonly scene: Scene;
  readonly server: RunningServer;
  readonly backend: ScriptedBackend;
}

let stage: Stage | undefined;

// Whatever happened, the next request on a new connection is answered by the same process.
afterEach(async () => {
  if (stage === undefined) return;
  const { scene, server } = stage;
  stage = undefined;
  process.kill(server.pid, 0);
  const answer = await converse(scene.port, 'GET /fine HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await scene.close();
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

/** All that came on a connection, counted, and the end of it. */
interface Arrived {
  bytes: number;
  tail: string;
}

type Script = (talk: Talk, head: string, arrived: Arrived) => Promise<void> | void;

/** A backend that plays `script` once the head of a request is there, and answers `/fine` by itself. */
async function start(script: Script): Promise<Stage> {
  const scene = await makeScene();
  const backend = await startScriptedBackend(async (talk) => {
    talk.socket.on('error', () => undefined);
    const arrived: Arrived = { bytes: 0, tail: '' };
    talk.socket.on('data', (chunk: Buffer) => {
      arrived.bytes += chunk.length;
      arrived.tail = (arrived.tail + chunk.toString('latin1', Math.max(0, chunk.length - 7))).slice(-7);
    });
    const head = await talk.head();
    if (head.startsWith('GET /fine ')) talk.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    else if (head !== '') await script(talk, head, arrived);
  });
  scene.onClose(() => backend.close());
  const server = await scene.start(`ProxyPass / http://127.0.0.1:${backend.port}/ disablereuse=on\n`);
  // The first request brings everything into memory that stays there.
  await converse(scene.port, 'GET /fine HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  stage = { scene, server, backend };
  return stage;
}

/** What has left this process on a socket. */
function taken(socket: Socket): number {
  return socket.bytesWritten - socket.writableLength;
}

/** Counts what comes until the end of the connection. */
function drained(socket: Socket): Promise<number> {
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  socket.resume();
  return new Promise((resolve) => socket.once('close', () => resolve(bytes)));
}

function closed(socket: Socket): Promise<true> {
  return until('the end of the connection', () => (socket.destroyed ? true : undefined));
}

type Framing = 'Content-Length' | 'chunks';

const FRAMINGS: readonly Framing[] = ['Content-Length', 'chunks'];

function framingField(framing: Framing): string {
  return framing === 'chunks' ? 'Transfer-Encoding: chunked' : `Content-Length: ${SIZE}`;
}

/** A body of `SIZE` bytes, as fast as it is taken. */
async function pourBody(talk: Talk, framing: Framing): Promise<void> {
  if (framing === 'Content-Length') return pour(talk, PIECE, SIZE);
  const chunk = Buffer.concat([Buffer.from(`${PIECE.length.toString(16)}\r\n`), PIECE, Buffer.from('\r\n')]);
  await pour(talk, chunk, (SIZE / PIECE.length) * chunk.length);
  talk.write('0\r\n\r\n');
}

describe('a client that reads slowly', () => {
  for (const framing of FRAMINGS) {
    test(`makes the backend wait, and gets everything in the end: ${framing}`, async () => {
      const { scene, server, backend } = await start(async (talk) => {
        talk.write(`HTTP/1.1 200 OK\r\n${framingField(framing)}\r\n\r\n`);
        await pourBody(talk, framing);
      });
      const before = residentMemory(server.pid).peak;
      const client = await openSocket(scene.port);
      client.pause();
      client.write('GET /much HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      const talk = await until('the request', () => backend.connections[1]);
      expect(await settled('the stop of the backend', () => taken(talk.socket))).toBeLessThan(
        MOST_ON_THE_WAY,
      );
      expect(residentMemory(server.pid).peak - before).toBeLessThan(MOST_GROWTH_KB);
      const bytes = await drained(client);
      expect(bytes).toBeGreaterThan(SIZE);
      expect(bytes).toBeLessThan(SIZE * 1.01);
    });
  }
});

describe('a backend that reads slowly', () => {
  for (const framing of FRAMINGS) {
    test(`makes the client wait, and gets everything in the end: ${framing}`, async () => {
      let release: () => void = () => undefined;
      const { scene, server } = await start(async (talk, head, arrived) => {
        talk.socket.pause();
        await new Promise<void>((resolve) => (release = resolve));
        talk.socket.resume();
        await until('the end of the body', () =>
          (
            framing === 'chunks'
              ? arrived.tail.endsWith('\r\n0\r\n\r\n')
              : arrived.bytes === head.length + SIZE
          )
            ? true
            : undefined,
        );
        talk.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\ndone\n');
      });
      const before = residentMemory(server.pid).peak;
      const client = await openSocket(scene.port);
      client.pause();
      const head = `POST /up HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${framingField(framing)}\r\n\r\n`;
      client.write(head);
      const upload = send(client, framing);
      expect(await settled('the stop of the client', () => taken(client))).toBeLessThan(MOST_ON_THE_WAY);
      expect(residentMemory(server.pid).peak - before).toBeLessThan(MOST_GROWTH_KB);
      release();
      await upload;
      let text = '';
      client.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
      });
      client.resume();
      await closed(client);
      expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\ndone\n$/);
    });
  }

  async function send(client: Socket, framing: Framing): Promise<void> {
    for (let sent = 0; sent < SIZE && !client.destroyed; sent += PIECE.length) {
      if (framing === 'chunks') client.write(`${PIECE.length.toString(16)}\r\n`);
      const goesOn = client.write(PIECE);
      if (framing === 'chunks') client.write('\r\n');
      if (!goesOn) await roomIn(client);
    }
    if (framing === 'chunks') client.write('0\r\n\r\n');
  }
});

describe('a client that goes away', () => {
  for (const way of ['resets', 'closes'] as const) {
    const leave = (client: Socket): void => {
      if (way === 'resets') client.resetAndDestroy();
      else client.destroy();
    };

    test(`frees the backend that is in the middle of an answer: the client ${way}`, async () => {
      const { scene, backend } = await start(async (talk) => {
        talk.write(`HTTP/1.1 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`);
        await pour(talk, PIECE, SIZE);
      });
      const client = await openSocket(scene.port);
      client.write('GET /much HTTP/1.1\r\nHost: x\r\n\r\n');
      await new Promise((resolve) => client.once('data', resolve));
      leave(client);
      const talk = await until('the request', () => backend.connections[1]);
      await closed(talk.socket);
      expect(taken(talk.socket)).toBeLessThan(SIZE);
    });

    test(`in the middle of a body leaves the backend without the end of it: the client ${way}`, async () => {
      for (const [field, sent] of [
        ['Content-Length: 100000', 'x'.repeat(50_000)],
        ['Transfer-Encoding: chunked', `c350\r\n${'x'.repeat(50_000)}\r\n`],
      ] as const) {
        let arrived: Arrived = { bytes: 0, tail: '' };
        const { scene, backend } = await start((_talk, _head, all) => {
          arrived = all;
        });
        const client = await openSocket(scene.port);
        client.write(`POST /up HTTP/1.1\r\nHost: x\r\n${field}\r\n\r\n${sent}`);
        const talk = await until('the request', () => backend.connections[1]);
        await until('the part of the body', () => (arrived.bytes > 50_000 ? true : undefined));
        leave(client);
        await closed(talk.socket);
        expect(arrived.bytes).toBeLessThan(51_000);
        expect(arrived.tail).not.toMatch(/0\r\n\r\n$/);
        await scene.close();
        stage = undefined;
      }
    });
  }
});

describe('a backend that answers before it has read the body', () => {
  for (const framing of FRAMINGS) {
    test(`is heard: its answer arrives, the rest of the body does not matter: ${framing}`, async () => {
      const { scene } = await start((talk) => {
        talk.socket.pause();
        talk.write('HTTP/1.1 413 Too Much\r\nContent-Length: 9\r\nConnection: close\r\n\r\ntoo much\n');
      });
      const client = await openSocket(scene.port);
      let text = '';
      client.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
      });
      client.write(`POST /up HTTP/1.1\r\nHost: x\r\n${framingField(framing)}\r\n\r\n`);
      client.write(framing === 'chunks' ? `c350\r\n${'x'.repeat(50_000)}\r\n` : 'x'.repeat(50_000));
      await until('the answer', () => (text.endsWith('too much\n') ? true : undefined));
      expect(text).toMatch(/^HTTP\/1\.1 413 Too Much\r\n/);
      client.destroy();
    });
  }
});
