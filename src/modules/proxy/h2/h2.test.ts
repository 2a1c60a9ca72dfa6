// Backends that speak HTTP/2, through the whole server: requests that share a session, what is sent again and what is
// not, and bodies of any size. Single answers are in test/conformance/proxy/http2.case.
import { createHash, randomBytes } from 'node:crypto';
import { constants, type ServerHttp2Stream } from 'node:http2';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Http2Backend, type Http2Options, startHttp2Backend } from '../../../../test/support/http2-backend.ts';
import { type Front, splitAnswer, startFront } from '../../../../test/support/proxy-front.ts';

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
    await sleep(100);
    expect(statusOf(await front.get('/b'))).toBe('HTTP/1.1 503 Service Unavailable');
    expect(statusOf(await slow)).toBe('HTTP/1.1 200 OK');
  });

  it('end a session that nobody needs', async () => {
    const backend = await backendWith();
    const front = await frontOf(backend, 'ttl=1');
    await front.get('/x');
    expect(backend.sessions.size).toBe(1);
    await sleep(2500);
    expect(backend.sessions.size).toBe(0);
    expect(statusOf(await front.get('/y'))).toBe('HTTP/1.1 200 OK');
    expect(backend.opened()).toBe(2);
  });

  it('have sessions of their own with disablereuse=on', async () => {
    const backend = await backendWith();
    const front = await frontOf(backend, 'disablereuse=on');
    for (let round = 0; round < 3; round++) await front.get('/x');
    expect(backend.opened()).toBe(3);
    await sleep(100);
    expect(backend.sessions.size).toBe(0);
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
    await sleep(1000);
    const before = written;
    await sleep(500);
    client.destroy();
    expect(before).toBeGreaterThan(0);
    expect(written - before).toBeLessThan(1024 * 1024);
    expect(before).toBeLessThan(64 * 1024 * 1024);
  });

  it('that break off end the answer early, and say so', async () => {
    const backend = await backendWith();
    const front = await frontOf(backend);
    const answer = await front.get(`/_cut/${constants.NGHTTP2_INTERNAL_ERROR}`);
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

  it('where a GOAWAY says that nobody has looked at it', async () => {
    let sessions = 0;
    const backend = await backendWith({
      onStream: (stream) => {
        sessions += 1;
        if (sessions > 1) return false;
        stream.session?.goaway(constants.NGHTTP2_NO_ERROR, 0);
        return true;
      },
    });
    const front = await frontOf(backend);
    const answer = await front.exchange(
      'POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc',
    );
    expect(statusOf(answer)).toBe('HTTP/1.1 200 OK');
    expect(backend.opened()).toBe(2);
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
    await sleep(50);
    expect(statusOf(await front.get('/next'))).toBe('HTTP/1.1 200 OK');
    expect(await last).toContain('finished');
    expect(backend.opened()).toBe(2);
  });

  it('in the middle of everything fails what was under way, and nothing else', async () => {
    const backend = await backendWith();
    const front = await frontOf(backend);
    const slow = Promise.all([front.get('/_delay/5/a'), front.exchange('POST /_delay/5/b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx')]);
    await sleep(200);
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
    await sleep(200);
    client.destroy();
    await sleep(200);
    expect(codes).toEqual([constants.NGHTTP2_CANCEL]);
    await front.get('/x');
    expect(backend.opened()).toBe(1);
  });
});

describe('what a backend may say over HTTP/2', () => {
  it('does not become lines of its own', async () => {
    const backend = await backendWith({
      onStream: (stream) => {
        stream.respond({ ':status': 200, 'x-good': 'fine' });
        stream.end('x');
        return true;
      },
    });
    const front = await frontOf(backend);
    const { head } = splitAnswer(await front.get('/x'));
    expect(head).toContain('\r\nX-Good: fine');
    expect(head).not.toContain(':status');
  });
});

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
        stream.once('drain', resolve);
        stream.once('close', resolve);
      });
    }
  }
}
