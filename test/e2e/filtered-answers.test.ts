// Answers through filters, as clients get them: the same bytes as from Apache when undone, at the client's pace, with
// no more held than a piece or two, and an end for everything when the client or the backend goes.
import { randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { converse, openSocket } from '../support/conversation.ts';
import { curlDigest } from '../support/curl.ts';
import { testWith } from '../support/parts.ts';
import { residentMemory } from '../support/process-memory.ts';
import { makeScene, type Scene, until } from '../support/scene.ts';
import { pour, type ScriptedBackend, startScriptedBackend } from '../support/scripted-backend.ts';
import type { RunningServer } from '../support/server-process.ts';

const MEGABYTE = 2 ** 20;
const LINE = 'A line of text that is found again and again in this file, number ';
const MODULES = ['filter', 'deflate', 'brotli', 'substitute', 'alias', 'env', 'ratelimit'];

/** Bytes of every kind, by file name. */
function makeFiles(scene: Scene): void {
  const text = Array.from({ length: 40_000 }, (_, number) => `${LINE}${number}\n`).join('');
  scene.write('htdocs/text.txt', text);
  scene.write('htdocs/long-lines.txt', `${'word '.repeat(20_000)}\n`.repeat(10));
  scene.write('htdocs/empty.txt', '');
  scene.write('htdocs/tiny.txt', 'tiny');
  writeFileSync(scene.write('htdocs/noise.bin', ''), randomBytes(MEGABYTE));
  writeFileSync(scene.write('htdocs/zeros.bin', ''), Buffer.alloc(5 * MEGABYTE));
}

const CONF = `SetOutputFilter DEFLATE
Alias /sub {ROOT}/htdocs
Alias /br {ROOT}/htdocs
Alias /twice {ROOT}/htdocs
<Location /sub>
    SetOutputFilter SUBSTITUTE;DEFLATE
    Substitute s/word|number/<$0>/
    Substitute s/TEXT/capitals/ni
</Location>
<Location /br>
    SetOutputFilter BROTLI_COMPRESS
</Location>
<Location /twice>
    SetOutputFilter INFLATE;DEFLATE
</Location>
<Location /br/noise.bin>
    SetOutputFilter RATE_LIMIT;BROTLI_COMPRESS
    SetEnv rate-limit 4000
</Location>
`;

describe('the same from both servers', () => {
  let ours: Scene;
  let theirs: Scene;

  beforeAll(async () => {
    ours = await makeScene();
    theirs = await makeScene();
    makeFiles(ours);
    for (const name of readdirSync(`${ours.root}/htdocs`))
      writeFileSync(theirs.write(`htdocs/${name}`, ''), readBytes(ours, name));
    await ours.start(CONF, { modules: MODULES });
  });

  afterAll(async () => {
    await ours.close();
    await theirs.close();
  });

  testWith(
    ['apache2', 'curl'],
    'every file through every filter',
    async () => {
      await theirs.start(CONF, { kind: 'apache', modules: MODULES });
      for (const way of ['', '/sub', '/br', '/twice'])
        for (const name of readdirSync(`${ours.root}/htdocs`)) {
          const path = `${way}/${name}`;
          const bodies = await Promise.all(
            [ours, theirs].map(({ origin }) => curlDigest(['--compressed', `${origin}${path}`])),
          );
          expect({ path, ...bodies[0] }).toEqual({ path, ...bodies[1] });
          expect(bodies[0]!.code, path).toBe(0);
        }
    },
    100_000,
  );
});

function readBytes(scene: Scene, name: string): Buffer {
  return Buffer.from(scene.read(`htdocs/${name}`), 'latin1');
}

describe('an answer through DEFLATE', () => {
  const SIZE = 24 * MEGABYTE;
  let scene: Scene;
  let server: RunningServer;
  let backend: ScriptedBackend;
  let goOn: () => void = () => undefined;

  beforeAll(async () => {
    scene = await makeScene();
    backend = await startScriptedBackend(async (talk) => {
      talk.socket.on('error', () => undefined);
      const head = await talk.head();
      if (head.startsWith('GET /fine ')) talk.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfine\n');
      else if (head.startsWith('GET /events ')) {
        talk.write(
          'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n',
        );
        talk.write('b\r\ndata: one\n\n\r\n');
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
        talk.write('b\r\ndata: two\n\n\r\n0\r\n\r\n');
      } else if (head.startsWith('GET /breaks ')) {
        talk.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nthe beginning of it\n');
        await sleep(100);
        talk.reset();
      } else {
        talk.write(`HTTP/1.1 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`);
        await pour(talk, randomBytes(MEGABYTE), SIZE);
      }
    });
    scene.onClose(() => backend.close());
    server = await scene.start(
      `SetOutputFilter DEFLATE\nTimeout 3\nProxyPass / http://127.0.0.1:${backend.port}/ disablereuse=on\n`,
    );
  });

  afterAll(() => scene.close());

  async function request(path: string): Promise<Socket> {
    const socket = await openSocket(scene.port);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n`);
    return socket;
  }

  function openFiles(): number {
    return readdirSync(`/proc/${server.pid}/fd`).length;
  }

  test('brings events when they happen', async () => {
    const socket = await request('/events');
    let answer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
    });
    await until('the first event', () => (unpacked(answer) === 'data: one\n\n' ? true : undefined));
    goOn();
    await until('the second event', () =>
      unpacked(answer) === 'data: one\n\ndata: two\n\n' ? true : undefined,
    );
  });

  test('is not held for a client that does not read, and ends with it', async () => {
    await converse(scene.port, 'GET /fine HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const before = { files: openFiles(), memory: residentMemory(server.pid).now };
    const sockets = await Promise.all(Array.from({ length: 10 }, () => request('/large')));
    for (const socket of sockets) socket.pause();
    await sleep(1500);
    // 400 KB of zlib for each, a piece or two on both sides of it, and what Node has not given back.
    expect(residentMemory(server.pid).now - before.memory).toBeLessThan(10 * 1024 + 64 * 1024);
    for (const socket of sockets) socket.destroy();
    await until('the end of all', () => (openFiles() <= before.files ? true : undefined));
  });

  test('is broken off where the backend breaks off', async () => {
    const answer = await converse(
      scene.port,
      'GET /breaks HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).not.toMatch(/0\r\n\r\n$/);
  });

  test('is whole behind others that were not', async () => {
    const socket = await request('/large');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await new Promise((resolve) => socket.on('close', resolve));
    expect(gunzipSync(bodyOf(Buffer.concat(chunks))).length).toBe(SIZE);
  }, 60_000);
});

/** What can be read of a compressed body so far. */
function unpacked(answer: Buffer): string {
  const body = bodyOf(answer);
  if (body.length === 0) return '';
  return gunzipSync(body, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
}

/** What is there of a chunked body. */
function bodyOf(answer: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let at = answer.indexOf('\r\n\r\n') + 4;
  if (at < 4) return Buffer.alloc(0);
  for (;;) {
    const end = answer.indexOf('\r\n', at);
    if (end < 0) break;
    const size = Number.parseInt(answer.toString('latin1', at, end), 16);
    if (!(size > 0) || end + 2 + size > answer.length) break;
    pieces.push(answer.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(pieces);
}
