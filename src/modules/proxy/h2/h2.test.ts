// Backends that speak HTTP/2, through the whole server: requests that share a session, what is sent again and what is
// not, and bodies of any size. Single answers are in test/conformance/proxy/http2.case.
import { createHash, randomBytes } from 'node:crypto';
import { constants, type ServerHttp2Stream } from 'node:http2';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Http2Backend,
  type Http2Options,
  startHttp2Backend,
} from '../../../../test/support/http2-backend.ts';
import { type Front, splitAnswer, startFront } from '../../../../test/support/proxy-front.ts';
import {
  END_HEADERS,
  END_STREAM,
  FRAME,
  fieldBlock,
  type RawSession,
  startRawHttp2Backend,
} from '../../../../test/support/raw-http2-backend.ts';
import { settled, untilTrue } from '../../../../test/support/scene.ts';

const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function backendWith(options: Http2Options = {}): Promise<Http2Backend> {
  const backend = await startHttp2Backend(options);
  closers.push(() => backend.close());
  return backend;
}

async function frontOf(backend: { readonly port: number }, params = ''): Promise<Front> {
  const started = await startFront(`ProxyPass / h2c://127.0.0.1:${backend.port}/ ${params}`);
  closers.push(() => started.close());
  return started;
}

const statusOf = (text: string): string => splitAnswer(text).status;

describe('requests to a backend that speaks HTTP/2', () => {
  it('share one session', async () => {
    const backend = await backendWith();
    const front = await frontOf(backend);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => front.get(`/${at}`)));
    expect(answers.map(statusOf)).toEqual(Array(50).fill('HTTP/1.1 200 OK'));
    expect(new Set(backend.seen).size).toBe(50);
    expect(backend.opened()).toBe(1);
  });

  it('are spread over as many sessions as a small number of streams makes necessary, and wait beyond that', async () => {
    const backend = await backendWith({ maxConcurrentStreams: 2 });
    const front = await frontOf(backend, 'max=3');
    expect(statusOf(await front.get('/first'))).toBe('HTTP/1.1 200 OK');
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => front.get(`/_delay/0.05/${at}`)));
    expect(answers.map(statusOf)).toEqual(Array(20).fill('HTTP/1.1 200 OK'));
    expect(backend.opened()).toBeLessThanOrEqual(3);
  });

  it('that find no room within acquire= are 503', async () => {
    const backend = await backendWith({ maxConcurrentStreams: 1 });
    const front = await frontOf(backend, 'max=1 acquire=100');
    await front.get('/first');
    const slow = front.get('/_delay/2/a');
    await untilTrue('the slow one is there', () => backend.seen.length === 2);
    expect(statusOf(await front.get('/b'))).toBe('HTTP/1.1 503 Service Unavailable');
    expect(statusOf(await slow)).toBe('HTTP/1.1 200 OK');
  });

  it('end a session that nobody needs', async () => {
    const backend = await backendWith();
    const front = await frontOf(backend, 'ttl=1');
    await front.get('/x');
    expect(backend.sessions.size).toBe(1);
    const from = performance.now();
    await untilTrue('its end', () => backend.sessions.size === 0);
    expect(performance.now() - from).toBeGreaterThan(500);
    expect(statusOf(await front.get('/y'))).toBe('HTTP/1.1 200 OK');
    expect(backend.opened()).toBe(2);
  });

  it('have sessions of their own with disablereuse=on', async () => {
    const backend = await backendWith();
    const front = await frontOf(backend, 'disablereuse=on');
    for (let round = 0; round < 3; round++) await front.get('/x');
    expect(backend.opened()).toBe(3);
    await untilTrue('their end', () => backend.sessions.size === 0);
  });
});

describe('bodies over HTTP/2', () => {
  it('pass both ways, larger than every window', async () => {
    const backend = await backendWith({
      onStream: (stream) => {
        stream.respond({ ':status': 200 });
        stream.pipe(stream);
        return true;
      },
    });
    const front = await frontOf(backend);
    const sent = randomBytes(5 * 1024 * 1024);
    const answer = await front.exchange(
      `POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${sent.length}\r\n\r\n${sent.toString('latin1')}`,
    );
    const { body } = splitAnswer(answer);
    const plain = body.replace(/^/, '');
    expect(statusOf(answer)).toBe('HTTP/1.1 200 OK');
    expect(digestOfChunks(plain)).toBe(createHash('sha256').update(sent).digest('hex'));
  });

  it('do not pile up before a client that reads nothing', async () => {
    let written = 0;
    const backend = await backendWith({
      onStream: (stream) => {
        stream.respond({ ':status': 200 });
        void pour(stream, (size) => {
          written += size;
        });
        return true;
      },
    });
    const front = await frontOf(backend);
    const client = await front.open();
    client.pause();
    client.write('GET /endless HTTP/1.1\r\nHost: x\r\n\r\n');
    const before = await settled('the stop of the backend', () => written);
    client.destroy();
    expect(before).toBeLessThan(64 * 1024 * 1024);
  });

  it('that break off end the answer early, and say so', async () => {
    const front = await rawFront((session, stream) => {
      session.respond(stream, [[':status', '200']]);
      session.data(stream, 'the beginning');
      session.reset(stream, constants.NGHTTP2_INTERNAL_ERROR);
    });
    const answer = await front.get('/x');
    expect(statusOf(answer)).toBe('HTTP/1.1 200 OK');
    expect(answer).toContain('the beginning');
    expect(answer.endsWith('0\r\n\r\n')).toBe(false);
  });

  it('of another length than announced end the answer early', async () => {
    const backend = await backendWith({
      onStream: (stream) => {
        stream.respond({ ':status': 200, 'content-length': 100 });
        stream.end('short');
        return true;
      },
    });
    const front = await frontOf(backend);
    const { body } = splitAnswer(await front.get('/x'));
    expect(body.length).toBeLessThan(100);
  });
});

describe('a request is sent again', () => {
  /** Refuses the first stream, answers every other. */
  function refusingOnce(): { count: () => number; onStream: (stream: ServerHttp2Stream) => boolean } {
    let count = 0;
    return {
      count: () => count,
      onStream: (stream) => {
        count += 1;
        if (count > 1) return false;
        stream.close(constants.NGHTTP2_REFUSED_STREAM);
        return true;
      },
    };
  }

  it.each(['GET', 'POST'])('where its stream was refused: %s', async (method) => {
    const refusing = refusingOnce();
    const backend = await backendWith({ onStream: refusing.onStream });
    const front = await frontOf(backend);
    const answer = await front.exchange(
      `${method} /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc`,
    );
    expect(statusOf(answer)).toBe('HTTP/1.1 200 OK');
    expect(answer).toContain('abc');
    expect(refusing.count()).toBe(2);
  });

  it.each(['GET', 'POST'])('where a GOAWAY says that nobody has looked at it: %s', async (method) => {
    const front = await rawFront((session, stream, nth) => {
      if (nth === 1) session.goaway(0, constants.NGHTTP2_NO_ERROR);
      else answerRaw(session, stream, 'again');
    });
    const answer = await front.exchange(
      `${method} /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc`,
    );
    expect(splitAnswer(answer).body).toContain('again');
  });

  it('not where a GOAWAY says that somebody has, and the session ends', async () => {
    let count = 0;
    const front = await rawFront((session, stream, nth) => {
      count = nth;
      session.goaway(stream, constants.NGHTTP2_INTERNAL_ERROR);
      session.socket.end();
    });
    const answer = await front.exchange(
      'POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc',
    );
    expect(statusOf(answer)).toMatch(/^HTTP\/1\.1 50[23] /);
    expect(count).toBe(1);
  });

  it('once, and no more', async () => {
    let count = 0;
    const backend = await backendWith({
      onStream: (stream) => {
        count += 1;
        stream.close(constants.NGHTTP2_REFUSED_STREAM);
        return true;
      },
    });
    const front = await frontOf(backend);
    expect(statusOf(await front.get('/x'))).toMatch(/^HTTP\/1\.1 50[23] /);
    expect(count).toBe(2);
  });

  it('never where the backend may have done something', async () => {
    let count = 0;
    const backend = await backendWith({
      onStream: (stream) => {
        count += 1;
        stream.close(constants.NGHTTP2_INTERNAL_ERROR);
        return true;
      },
    });
    const front = await frontOf(backend);
    const answer = await front.exchange(
      'POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc',
    );
    expect(statusOf(answer)).toMatch(/^HTTP\/1\.1 50[23] /);
    expect(count).toBe(1);
  });
});

describe('a backend that goes', () => {
  it('with a GOAWAY finishes what it has begun', async () => {
    const backend = await backendWith({
      onStream: (stream, headers) => {
        if (headers[':path'] !== '/last') return false;
        stream.session?.goaway(constants.NGHTTP2_NO_ERROR, stream.id ?? 0);
        setTimeout(() => {
          stream.respond({ ':status': 200 });
          stream.end('finished');
        }, 100);
        return true;
      },
    });
    const front = await frontOf(backend);
    const last = front.get('/last');
    await untilTrue('it has begun', () => backend.seen.length === 1);
    await sleep(50);
    expect(statusOf(await front.get('/next'))).toBe('HTTP/1.1 200 OK');
    expect(await last).toContain('finished');
    expect(backend.opened()).toBe(2);
  });

  it('in the middle of everything fails what was under way, and nothing else', async () => {
    const backend = await backendWith();
    const front = await frontOf(backend);
    const slow = Promise.all([
      front.get('/_delay/5/a'),
      front.exchange(
        'POST /_delay/5/b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx',
      ),
    ]);
    await untilTrue('both are there', () => backend.seen.length === 2);
    for (const session of backend.sessions) session.destroy();
    for (const answer of await slow) expect(statusOf(answer)).toMatch(/^HTTP\/1\.1 50[23] /);
    expect(statusOf(await front.get('/x'))).toBe('HTTP/1.1 200 OK');
  });

  it('and speaks no HTTP/2 at all is no good', async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const address = server.address();
    const front = await frontOf({ port: typeof address === 'object' && address !== null ? address.port : 0 });
    expect(statusOf(await front.get('/x'))).toMatch(/^HTTP\/1\.1 50[23] /);
  });

  it('is left alone by a client that goes: its stream is cancelled, the session stays', async () => {
    const codes: (number | undefined)[] = [];
    const backend = await backendWith({
      onStream: (stream, headers) => {
        if (headers[':path'] !== '/left') return false;
        stream.on('close', () => codes.push(stream.rstCode));
        return true;
      },
    });
    const front = await frontOf(backend);
    const client = await front.open();
    client.write('GET /left HTTP/1.1\r\nHost: x\r\n\r\n');
    await untilTrue('it is there', () => backend.seen.length === 1);
    client.resetAndDestroy();
    await untilTrue('the end of its stream', () => codes.length > 0);
    expect(codes).toEqual([constants.NGHTTP2_CANCEL]);
    await front.get('/x');
    expect(backend.opened()).toBe(1);
  });
});

describe('what a backend may say over HTTP/2', () => {
  const ask = async (...fields: (readonly [string, string])[]): Promise<string> => {
    const front = await rawFront((session, stream) => {
      session.respond(stream, fields);
      session.data(stream, 'x', END_STREAM);
    });
    return front.get('/x');
  };

  it('becomes fields with capitals', async () => {
    const { head } = splitAnswer(await ask([':status', '200'], ['x-good', 'fine'], ['x-good', 'finer']));
    expect(head).toContain('\r\nX-Good: fine\r\nX-Good: finer');
    expect(head).not.toContain(':status');
  });

  it.each([
    ['a line end in a value', 'x-bad', 'a\r\nSet-Cookie: b=c'],
    ['a NUL in a value', 'x-bad', 'a\0b'],
    ['a line end in a name', 'x-bad\r\nset-cookie', 'b=c'],
    ['a space in a name', 'x bad', 'b'],
    ['a colon in a name', 'x:bad', 'b'],
  ])('does not become a field with %s', async (_what, name, value) => {
    const { status, head } = splitAnswer(await ask([':status', '200'], ['x-good', 'fine'], [name, value]));
    expect(head).not.toMatch(/set-cookie|bad/i);
    expect(status).toMatch(/^HTTP\/1\.1 (?:200|50[023]) /);
  });

  it.each(['1, 2', '-1', 'x'])('is not passed on with the length %j', async (length) => {
    const answer = await ask([':status', '200'], ['content-length', length]);
    expect(statusOf(answer)).toMatch(/^HTTP\/1\.1 50[023] /);
  });

  it.each(['2000', '99', 'abc', '0', '-1', '20\r\nX: y', '101'])(
    'is not passed on with the status %j',
    async (status) => {
      expect(statusOf(await ask([':status', status]))).toMatch(/^HTTP\/1\.1 50[023] /);
    },
  );

  it('is not passed on without a status', async () => {
    expect(statusOf(await ask(['x-a', 'b']))).toMatch(/^HTTP\/1\.1 50[023] /);
  });

  it('has a bound: ten thousand fields are no answer', async () => {
    const front = await rawFront((session, stream) => {
      const fields = Array.from({ length: 10_000 }, (_, at) => [`x-${at}`, 'v'] as const);
      const block = fieldBlock([[':status', '200'], ...fields]);
      session.send(FRAME.headers, 0, stream, block.subarray(0, 16_000));
      for (let at = 16_000; at < block.length; at += 16_000) {
        const flags = at + 16_000 >= block.length ? END_HEADERS : 0;
        session.send(FRAME.continuation, flags, stream, block.subarray(at, at + 16_000));
      }
      session.data(stream, 'x', END_STREAM);
    });
    expect(statusOf(await front.get('/x'))).toMatch(/^HTTP\/1\.1 50[023] /);
    expect(statusOf(await front.get('/y'))).toMatch(/^HTTP\/1\.1 50[023] /);
  });

  it('may be interim ten times, and no more', async () => {
    const front = await rawFront((session, stream) => {
      for (let count = 0; count < 20; count++)
        session.respond(stream, [
          [':status', '103'],
          ['link', '<a>'],
        ]);
      answerRaw(session, stream, 'at last');
    });
    expect(await front.get('/x')).toContain('HTTP/1.1 502 Proxy Error');
  });
});

function answerRaw(session: RawSession, stream: number, text: string): void {
  session.respond(stream, [[':status', '200']]);
  session.data(stream, text, END_STREAM);
}

async function rawFront(onRequest: Parameters<typeof startRawHttp2Backend>[0]): Promise<Front> {
  const backend = await startRawHttp2Backend(onRequest);
  closers.push(() => backend.close());
  return frontOf(backend);
}

function digestOfChunks(body: string): string {
  const hash = createHash('sha256');
  let at = 0;
  for (;;) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.slice(at, end), 16);
    if (!(size > 0)) return hash.digest('hex');
    hash.update(body.slice(end + 2, end + 2 + size), 'latin1');
    at = end + 2 + size + 2;
  }
}

async function pour(stream: ServerHttp2Stream, count: (size: number) => void): Promise<void> {
  const piece = Buffer.alloc(64 * 1024, 'x');
  while (!stream.destroyed && !stream.closed) {
    count(piece.length);
    if (!stream.write(piece)) {
      await new Promise<void>((resolve) => {
        const goOn = (): void => {
          for (const event of ['drain', 'close']) stream.off(event, goOn);
          resolve();
        };
        for (const event of ['drain', 'close']) stream.on(event, goOn);
      });
    }
  }
}
