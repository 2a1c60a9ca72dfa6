// A hundred megabytes where a line or a body is expected: the limits hold while it comes, not when it is there. The answer
// is out before much has been read, and none of it is kept.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { statusesIn } from '../support/conversation.ts';
import { type Play, startPlay } from '../support/play.ts';
import { residentMemory } from '../support/process-memory.ts';
import { until } from '../support/scene.ts';
import { roomIn } from '../support/scripted-backend.ts';

const MEGABYTE = 2 ** 20;
const HUNDRED = 100 * MEGABYTE;
/** What may be under way in the kernel's buffers of both sides when the server has seen enough. */
const MOST_UNDER_WAY = 12 * MEGABYTE;
/** Of a hundred megabytes: what is read is garbage until it is collected. */
const MOST_GROWTH_KB = 48 * 1024;

let play: Play;
let sockets: Socket[] = [];

beforeAll(async () => {
  play = await startPlay(
    'LimitRequestBody 1000\nProxyPass /silent http://127.0.0.1:{BACKEND}/silent timeout=60\nProxyPass / http://127.0.0.1:{BACKEND}/\n',
    (talk, request) => {
      if (!request.includes(' /silent ')) talk.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n');
    },
  );
  // The first requests make the process grow by what it needs for any.
  for (let at = 0; at < 20; at++) await play.received();
});

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
});

afterAll(() => play.close());

interface Poured {
  readonly text: string;
  /** What was written when the first byte of an answer came. */
  readonly atAnswer: number;
  readonly total: number;
}

/** A client that goes on writing when the server has said all it has to say. */
async function open(): Promise<Socket> {
  const socket = connect({ port: play.scene.port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** Writes `front`, and then `piece` again and again up to a hundred megabytes or the end of the connection. */
async function pour(front: string, piece: string): Promise<Poured> {
  const socket = await open();
  const block = Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length)), 'latin1');
  let text = '';
  let total = 0;
  let atAnswer = Number.POSITIVE_INFINITY;
  socket.on('data', (chunk: Buffer) => {
    if (text === '') atAnswer = total;
    text += chunk.toString('latin1');
  });
  socket.write(front, 'latin1');
  while (total < HUNDRED && !socket.destroyed) {
    total += block.length;
    if (!socket.write(block)) await roomIn(socket);
    // Lets an answer be heard between two blocks.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until('an answer', () => (text !== '' || socket.destroyed ? true : undefined));
  return { text, atAnswer, total };
}

const POST = 'POST /up HTTP/1.1\r\nHost: x\r\n';
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;

describe('a hundred megabytes', () => {
  for (const [name, front, piece, status] of [
    ['of a method', '', 'G', 414],
    ['of a target', 'GET /', 'a', 414],
    ['of a field name', 'GET / HTTP/1.1\r\nHost: x\r\n', 'a', 400],
    ['of a field value', 'GET / HTTP/1.1\r\nHost: x\r\nX: ', 'a', 400],
    ['of blanks before a value', 'GET / HTTP/1.1\r\nHost: x\r\nX:', ' ', 400],
    ['of a folded value', 'GET / HTTP/1.1\r\nHost: x\r\nX: y', '\r\n y', 400],
    ['of fields', 'GET / HTTP/1.1\r\nHost: x\r\n', 'X: y\r\n', 400],
    ['of empty lines', '', '\r\n', 400],
    ['of a chunk size', CHUNKED, '0', 413],
    ['of a chunk extension', `${CHUNKED}1;a=`, 'b', 413],
    ['of a quoted chunk extension', `${CHUNKED}1;a="`, ' ', 413],
    ['of a trailer', `${CHUNKED}0\r\nX: `, 'y', 400],
    ['of trailers', `${CHUNKED}0\r\n`, 'X: y\r\n', 400],
    ['of a body beyond LimitRequestBody', `${POST}Content-Length: ${HUNDRED}\r\n\r\n`, 'b', 413],
    ['of chunks beyond LimitRequestBody', CHUNKED, '4\r\nabcd\r\n', 413],
  ] as const)
    test(`${name} are refused with ${status} as they come, and are not kept`, async () => {
      const before = residentMemory(play.server.pid).peak;
      const { text, atAnswer, total } = await pour(front, piece);
      expect(statusesIn(text)).toEqual([status]);
      expect(text).toMatch(/\r\nConnection: close\r\n/);
      expect(atAnswer).toBeLessThan(MOST_UNDER_WAY);
      expect(total).toBeGreaterThan(atAnswer);
      expect(residentMemory(play.server.pid).peak - before).toBeLessThan(MOST_GROWTH_KB);
      expect(await play.received()).toEqual([]);
    });

  test('of requests behind one that is not answered yet wait in the kernel, not here', async () => {
    const before = residentMemory(play.server.pid).peak;
    const socket = await open();
    socket.write('GET /silent HTTP/1.1\r\nHost: x\r\n\r\n', 'latin1');
    const block = Buffer.from('GET /next HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2000), 'latin1');
    let isStuck = false;
    while (socket.bytesWritten < HUNDRED && !isStuck) {
      if (socket.write(block)) continue;
      isStuck = !(await Promise.race([
        roomIn(socket).then(() => true),
        new Promise<boolean>((resolve) => setTimeout(resolve, 1500, false)),
      ]));
    }
    expect(isStuck).toBe(true);
    expect(residentMemory(play.server.pid).peak - before).toBeLessThan(MOST_GROWTH_KB);
    socket.destroy();
    expect((await play.received()).map((request) => request.split('\r\n')[0])).toEqual([
      'GET /silent HTTP/1.1',
    ]);
  });
});

describe('a connection', () => {
  test('with as much of a head as the limits allow holds no more than twice that', async () => {
    const CONNECTIONS = 60;
    // 98 fields of 8190 bytes each: 800 kB.
    const field = `: ${'v'.repeat(8000)}\r\n`;
    const head = `GET / HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 98 }, (_, at) => `F${at}${field}`).join('')}`;
    const before = residentMemory(play.server.pid).now;
    for (let at = 0; at < CONNECTIONS; at++) {
      const socket = await open();
      await new Promise<void>((resolve) => socket.write(head, 'latin1', () => resolve()));
    }
    // All of it has arrived once the server answers behind it.
    await play.received();
    const grown = (residentMemory(play.server.pid).now - before) * 1024;
    expect(grown / CONNECTIONS).toBeLessThan(2 * head.length + 256 * 1024);
  });
});

describe('a body that does not come', () => {
  test('holds no connection for longer than Timeout, whoever was to read it', async () => {
    const impatient = await startPlay(
      'Timeout 1\nScriptAlias /cgi-bin/ {ROOT}/cgi-bin/\nProxyPass /cgi-bin/ !\nProxyPass /a.txt !\nProxyPass /none !\nProxyPass / http://127.0.0.1:{BACKEND}/\n',
    );
    try {
      impatient.scene.write('htdocs/a.txt', 'a file\n');
      impatient.scene.write(
        'cgi-bin/cat.cgi',
        '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\ncat\n',
        0o755,
      );
      const lines = [
        'POST /up',
        'POST /a.txt',
        'GET /a.txt',
        'GET /none',
        'POST /cgi-bin/cat.cgi',
        'OPTIONS *',
        'TRACE /a.txt',
      ];
      const framings = [
        'Content-Length: 3\r\n\r\n',
        'Content-Length: 3\r\n\r\nab',
        'Transfer-Encoding: chunked\r\n\r\n',
        'Transfer-Encoding: chunked\r\n\r\n3\r\n',
      ];
      const asked = lines.flatMap((line) =>
        framings.map((framing) => `${line} HTTP/1.1\r\nHost: x\r\n${framing}`),
      );
      // Each settles when the server has closed, and rejects when it does not.
      const texts = await Promise.all(asked.map((bytes) => impatient.send(bytes)));
      expect(texts.filter((text) => text !== '' && !/^HTTP\/1\.1 [245]\d\d /.test(text))).toEqual([]);
      expect(await impatient.received()).toEqual([]);
    } finally {
      await impatient.close();
    }
  });
});
