// What is sent to a backend twice, and what never: a kept connection may turn out to be closed at the very moment that
// it is used again.
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Front, splitAnswer, startFront } from '../../../test/support/proxy-front.ts';
import {
  type ScriptedBackend,
  startScriptedBackend,
  type Talk,
} from '../../../test/support/scripted-backend.ts';

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

const OK_TEXT = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

interface Stage {
  readonly front: Front;
  readonly backend: ScriptedBackend;
  /** First lines of all requests that any connection has seen, whole or not, but for the first request of all. */
  readonly seen: string[];
}

/** What a kept connection does once the head of its second request is there. */
type SecondAct = (talk: Talk) => Promise<void> | void;

/**
 * A backend whose first connection answers one request and then plays `second`; later connections answer everything,
 * unless `later` says otherwise. One request has gone through, so that its connection is kept.
 */
async function stage(second: SecondAct, { later = answer, parameters = '' } = {}): Promise<Stage> {
  const seen: string[] = [];
  const backend = await startScriptedBackend(async (talk, index) => {
    talk.socket.on('error', () => undefined);
    if (index > 0) {
      await later(talk, seen);
      return;
    }
    await talk.request();
    talk.write(OK_TEXT);
    const head = await talk.head();
    if (head === '') return;
    seen.push(firstLine(head));
    await second(talk);
  });
  running.push(backend);
  const front = await startFront(`ProxyPass / http://127.0.0.1:${backend.port}/ ${parameters}`);
  running.unshift(front);
  expect(splitAnswer(await front.get('/first')).body).toBe('hello');
  return { front, backend, seen };
}

function firstLine(head: string): string {
  return head.slice(0, head.indexOf(' HTTP'));
}

async function answer(talk: Talk, seen: string[]): Promise<void> {
  for (;;) {
    const request = await talk.request();
    if (request === '') return;
    seen.push(firstLine(request));
    talk.write(OK_TEXT);
  }
}

async function resetAtOnce(talk: Talk, seen: string[]): Promise<void> {
  seen.push(firstLine(await talk.head()));
  talk.reset();
}

const reset: SecondAct = (talk) => talk.reset();
const close: SecondAct = (talk) => talk.end();

function request(method: string, fields = '', body = ''): string {
  return `${method} /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${fields}\r\n${body}`;
}

function counted(size: number): [fields: string, body: string] {
  return [`Content-Length: ${size}\r\n`, 'x'.repeat(size)];
}

function chunked(size: number): [fields: string, body: string] {
  return ['Transfer-Encoding: chunked\r\n', `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n0\r\n\r\n`];
}

const SMALL = 100;
const LARGE = 100_000;

describe('a request on a kept connection that closes or resets', () => {
  for (const [way, act] of [
    ['resets', reset],
    ['closes', close],
  ] as const) {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'DELETE', 'PUT']) {
      it(`is sent once more when it is ${method}: the connection ${way}`, async () => {
        const { front, backend, seen } = await stage(act);
        expect(splitAnswer(await front.exchange(request(method))).status).toBe('HTTP/1.1 200 OK');
        expect(seen).toEqual([`${method} /second`, `${method} /second`]);
        expect(backend.connections.length).toBe(2);
      });
    }

    for (const [what, body] of [
      ['with a small body', counted(SMALL)],
      ['with a small body in chunks', chunked(SMALL)],
    ] as const) {
      it(`is sent once more, whole, when it is PUT ${what}: the connection ${way}`, async () => {
        const { front, backend, seen } = await stage(act);
        expect(splitAnswer(await front.exchange(request('PUT', ...body))).body).toBe('hello');
        expect(seen).toEqual(['PUT /second', 'PUT /second']);
        expect(backend.requests.at(-1)).toMatch(/\r\nContent-Length: 100\r\n[\s\S]*\r\n\r\nx{100}$/);
      });
    }

    for (const [what, method, body] of [
      ['POST without a body', 'POST', ['', '']],
      ['PATCH', 'PATCH', counted(SMALL)],
      ['a method of the site’s own', 'PURGE', ['', '']],
      ['POST with a small body', 'POST', counted(SMALL)],
      ['POST with a small body in chunks', 'POST', chunked(SMALL)],
      ['POST with a large body', 'POST', counted(LARGE)],
      ['POST with a large body in chunks', 'POST', chunked(LARGE)],
      ['PUT with a large body, which flows through', 'PUT', counted(LARGE)],
      ['PUT with a large body in chunks', 'PUT', chunked(LARGE)],
    ] as const) {
      it(`is sent once and never again when it is ${what}: the connection ${way}`, async () => {
        const { front, seen } = await stage(act);
        expect(splitAnswer(await front.exchange(request(method, ...body))).status).toBe(
          'HTTP/1.1 502 Proxy Error',
        );
        expect(seen).toEqual([`${method} /second`]);
      });
    }
  }

  it('is sent once more and not a third time', async () => {
    const { front, seen } = await stage(reset, { later: resetAtOnce });
    expect(splitAnswer(await front.exchange(request('GET'))).status).toBe('HTTP/1.1 502 Proxy Error');
    expect(seen).toEqual(['GET /second', 'GET /second']);
  });

  it('goes to a new connection at once when it cannot be repeated and the kept one is not quite fresh', async () => {
    const { front, seen, backend } = await stage(reset);
    await sleep(1200);
    const post = request('POST', ...counted(SMALL));
    expect(splitAnswer(await front.exchange(post)).body).toBe('hello');
    expect(seen).toEqual(['POST /second']);
    expect(backend.connections.length).toBe(2);
  });
});

describe('a request that the backend has begun to answer is never sent again', () => {
  for (const [what, act, expected] of [
    ['within the status line', (talk: Talk) => begin(talk, 'HTTP/1.1 2'), /^HTTP\/1\.1 502 /],
    ['within the head', (talk: Talk) => begin(talk, 'HTTP/1.1 200 OK\r\nContent-'), /^HTTP\/1\.1 502 /],
    [
      'behind an interim answer',
      (talk: Talk) => begin(talk, 'HTTP/1.1 103 Early Hints\r\n\r\n'),
      /^HTTP\/1\.1 103 [\s\S]*HTTP\/1\.1 502 /,
    ],
    [
      'within the body',
      (talk: Talk) => begin(talk, 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc'),
      /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nabc$/,
    ],
    [
      'within a chunk',
      (talk: Talk) => begin(talk, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab'),
      /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n(?:2\r\nab\r\n)?$/,
    ],
    [
      'with what is no answer',
      (talk: Talk) => talk.write('HTTP/1.1 200 OK\r\nno field\r\n\r\n'),
      /^HTTP\/1\.1 502 /,
    ],
  ] as const) {
    it(what, async () => {
      const { front, seen } = await stage(act);
      expect(await front.exchange(request('GET'))).toMatch(expected);
      expect(seen).toEqual(['GET /second']);
    });
  }

  async function begin(talk: Talk, bytes: string): Promise<void> {
    talk.write(bytes);
    await sleep(30);
    talk.reset();
  }

  it('nor is one that a backend keeps to itself: it may be at work', async () => {
    const { front, seen } = await stage(() => undefined, { parameters: 'timeout=1' });
    expect(splitAnswer(await front.exchange(request('GET'))).status).toBe('HTTP/1.1 502 Proxy Error');
    expect(seen).toEqual(['GET /second']);
  });
});

describe('a backend that answers before it has been sent the whole body', () => {
  const BIG = 8 * 2 ** 20;
  const EARLY = 'HTTP/1.1 403 No Thanks\r\nContent-Length: 9\r\n\r\nno thanks';

  /** Sends a head and as much of a large body as is taken; answers all that comes back until the end. */
  async function upload(front: Front, framing: 'length' | 'chunks'): Promise<string> {
    const socket = await front.open();
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const field = framing === 'length' ? `Content-Length: ${BIG}` : 'Transfer-Encoding: chunked';
    socket.write(`POST /second HTTP/1.1\r\nHost: a\r\n${field}\r\n\r\n`);
    pump(socket, framing, BIG);
    await closed;
    return text;
  }

  function pump(socket: Socket, framing: 'length' | 'chunks', left: number): void {
    if (left <= 0 || socket.destroyed) return;
    const piece = 'x'.repeat(65_536);
    const goesOn = socket.write(framing === 'length' ? piece : `10000\r\n${piece}\r\n`);
    if (goesOn) setImmediate(pump, socket, framing, left - 65_536);
    else socket.once('drain', () => pump(socket, framing, left - 65_536));
  }

  for (const framing of ['length', 'chunks'] as const) {
    it(`is heard, and its connection is not used again: ${framing}`, async () => {
      const { front, backend, seen } = await stage((talk) => talk.write(EARLY));
      const text = await upload(front, framing);
      expect(splitAnswer(text).status).toBe('HTTP/1.1 403 No Thanks');
      expect(text.endsWith('no thanks')).toBe(true);
      expect(splitAnswer(await front.get('/third')).body).toBe('hello');
      expect(seen).toEqual(['POST /second', 'GET /third']);
      expect(backend.connections.length).toBe(2);
    });

    it(`and closes with the rest unread: its answer or 502, and nothing is sent again: ${framing}`, async () => {
      const { front, seen } = await stage((talk) => {
        talk.socket.pause();
        talk.socket.write(EARLY, () => talk.socket.destroy());
      });
      const text = await upload(front, framing);
      expect(splitAnswer(text).status).toMatch(/^HTTP\/1\.1 (?:403 No Thanks|502 Proxy Error)$/);
      expect(splitAnswer(await front.get('/third')).body).toBe('hello');
      expect(seen).toEqual(['POST /second', 'GET /third']);
    });
  }

  it('and goes on reading: the rest of the body is not sent to it', async () => {
    let rest = 0;
    const { front } = await stage((talk) => {
      talk.socket.on('data', (chunk: Buffer) => {
        rest += chunk.length;
      });
      talk.write(EARLY);
    });
    expect(splitAnswer(await upload(front, 'length')).status).toBe('HTTP/1.1 403 No Thanks');
    expect(rest).toBeLessThan(BIG);
  });
});
