import { once } from 'node:events';
import { connect, createServer, type Server as NetServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type StubSite, stubSite } from '../../test/support/stub-site.ts';
import { Ticker } from '../kit/ticker.ts';
import type { CoreServerConfig } from '../request/core-config.ts';
import type { Exchange, Hook } from '../request/exchange.ts';
import type { ReadLimit, ReadLimits } from '../request/read-limits.ts';
import { HANDED_OVER } from '../request/serve.ts';
import { OK } from '../request/verdict.ts';
import type { BodySink, BodySource } from '../wire/body.ts';
import { HeaderList } from '../wire/header-list.ts';
import { Connection } from './connection.ts';
import type { OwnedConnection } from './connection-owner.ts';
import { HeadBudget } from './head-budget.ts';
import { Turns } from './turns.ts';

interface Rig {
  readonly port: number;
  readonly stub: StubSite;
  readonly connections: Set<OwnedConnection>;
  readonly owner: { isDraining: boolean };
}

const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A server of connections whose requests are all answered by `handler`. */
async function rig(
  handler: Hook,
  core: Partial<CoreServerConfig> = {},
  readLimits?: ReadLimits,
): Promise<Rig> {
  const stub = await stubSite(handler, core, readLimits);
  const timers = new Ticker(20);
  const connections = new Set<OwnedConnection>();
  const owner = {
    site: stub,
    isDraining: false,
    clock: timers,
    turns: new Turns(),
    heads: new HeadBudget(),
    connectionClosed: (connection: OwnedConnection) => {
      connections.delete(connection);
      timers.delete(connection);
    },
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connection = new Connection(socket, owner);
    connections.add(connection);
    timers.add(connection);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    for (const connection of connections) connection.destroy();
    server.close();
  });
  return { port: portOf(server), stub, connections, owner };
}

function portOf(server: NetServer): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  return address.port;
}

interface Client {
  readonly socket: Socket;
  /** Everything received so far. */
  text(): string;
  /** Waits until the text matches. */
  until(pattern: RegExp): Promise<string>;
  readonly closed: Promise<string>;
}

function client(port: number, options: { allowHalfOpen?: boolean } = {}): Client {
  const socket = connect({ port, host: '127.0.0.1', ...options });
  let text = '';
  let wake = (): void => undefined;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    wake();
  });
  socket.on('error', () => undefined);
  cleanups.push(() => socket.destroy());
  const closed = new Promise<string>((resolve) => {
    socket.on('end', () => resolve(text));
    socket.on('close', () => resolve(text));
  });
  const until = async (pattern: RegExp): Promise<string> => {
    const deadline = Date.now() + 20_000;
    while (!pattern.test(text)) {
      if (Date.now() > deadline) throw new Error(`${pattern} did not come; received: ${text.slice(0, 2000)}`);
      await Promise.race([new Promise<void>((resolve) => (wake = resolve)), sleep(50)]);
    }
    return text;
  };
  return { socket, text: () => text, until, closed };
}

function without(text: string): string {
  return text.replace(/^(Date|Server): .*\r\n/gm, '');
}

const hello: Hook = (x) => {
  x.contentType = 'text/plain';
  x.responseBody = `hello ${x.rawPath}`;
  x.contentLength = x.responseBody.length;
  return OK;
};

/** Reads the body of the request whole. */
function readAll(x: Exchange): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    if (x.body === undefined) resolve(Buffer.alloc(0));
    else
      x.body.source.start({
        data: (chunk) => {
          chunks.push(chunk);
          return true;
        },
        end: () => resolve(Buffer.concat(chunks)),
        fail: reject,
      });
  });
}

const upload: Hook = async (x) => {
  try {
    const body = await readAll(x);
    x.responseBody = `got ${body.length}: ${body.toString('latin1')}`;
    x.contentLength = x.responseBody.length;
    return OK;
  } catch (error) {
    return error instanceof Error && 'status' in error ? Number(error.status) : 500;
  }
};

/** Gives the chunks one after the other, each in a turn of its own. */
class SlowSource implements BodySource {
  isAborted = false;
  readonly #chunks: string[];
  readonly #end: 'end' | 'fail' | 'never';

  constructor(chunks: string[], end: 'end' | 'fail' | 'never' = 'end') {
    this.#chunks = chunks;
    this.#end = end;
  }

  start(sink: BodySink): void {
    void this.#push(sink);
  }

  async #push(sink: BodySink): Promise<void> {
    for (const chunk of this.#chunks) {
      await sleep(5);
      if (this.isAborted) return;
      sink.data(Buffer.from(chunk, 'latin1'));
    }
    if (this.#end === 'end') sink.end();
    else if (this.#end === 'fail') sink.fail(new Error('broke off'));
  }

  pause(): void {}
  resume(): void {}
  abort(): void {
    this.isAborted = true;
  }
}

describe('one connection', () => {
  it('answers with a length and stays open without saying so to HTTP/1.1', async () => {
    const { port } = await rig(hello);
    const c = client(port);
    c.socket.write('GET /a HTTP/1.1\r\nHost: h\r\n\r\n');
    const first = await c.until(/hello \/a$/);
    expect(without(first)).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 8\r\nContent-Type: text/plain\r\n\r\nhello /a',
    );
    c.socket.write('GET /b HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(await c.until(/hello \/b$/)).not.toContain('Connection:');
  });

  it('tells a client that asked for keep-alive how long and how often', async () => {
    const { port } = await rig(hello);
    const c = client(port);
    c.socket.write('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    const head = await c.until(/hello \/$/);
    expect(without(head)).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 7\r\nKeep-Alive: timeout=5, max=100\r\nConnection: Keep-Alive\r\nContent-Type: text/plain\r\n\r\nhello /',
    );
    c.socket.write('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    await c.until(/Keep-Alive: timeout=5, max=99\r\n/);
  });

  it('closes after the answer when the client asks to, and says so', async () => {
    const { port } = await rig(hello);
    const c = client(port);
    c.socket.write('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    expect(await c.closed).toContain('\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nhello /');
  });

  it('allows MaxKeepAliveRequests answers and one more', async () => {
    const { port } = await rig(hello, { maxKeepAliveRequests: 2 });
    const c = client(port);
    c.socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n'.repeat(5));
    const text = await c.closed;
    expect(text.match(/hello/g)).toHaveLength(3);
    expect(text.match(/Connection: close/g)).toHaveLength(1);
  });

  it('answers pipelined requests in order, however the bytes were cut', async () => {
    const { port } = await rig(async (x) => {
      await sleep(x.rawPath === '/1' ? 30 : 0);
      return hello(x);
    });
    const c = client(port);
    const bytes =
      'GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\nGET /3 HTTP/1.1\r\nHost: h\r\n\r\n';
    for (let i = 0; i < bytes.length; i += 7) {
      c.socket.write(bytes.slice(i, i + 7));
      await sleep(1);
    }
    const text = await c.until(/hello \/3$/);
    expect(text.match(/hello \/\d/g)).toEqual(['hello /1', 'hello /2', 'hello /3']);
  });

  it('reads a request byte by byte', async () => {
    const { port } = await rig(hello);
    const c = client(port);
    c.socket.setNoDelay(true);
    for (const byte of 'GET /slow HTTP/1.1\r\nHost: h\r\n\r\n') {
      c.socket.write(byte);
      await sleep(1);
    }
    await c.until(/hello \/slow$/);
  });

  it('sends HEAD, 204 and 304 without a body and goes on', async () => {
    const { port } = await rig((x) => {
      if (x.rawPath === '/204') x.status = 204;
      else if (x.rawPath === '/304') x.status = 304;
      else hello(x);
      return OK;
    });
    const c = client(port);
    c.socket.write(
      'HEAD / HTTP/1.1\r\nHost: h\r\n\r\nGET /204 HTTP/1.1\r\nHost: h\r\n\r\nGET /304 HTTP/1.1\r\nHost: h\r\n\r\nGET /end HTTP/1.1\r\nHost: h\r\n\r\n',
    );
    const text = without(await c.until(/hello \/end$/));
    expect(text).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Type: text/plain\r\n\r\n' +
        'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n' +
        'HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Type: text/plain\r\n\r\nhello /end',
    );
  });

  it('answers HTTP/0.9 with the body alone', async () => {
    const { port } = await rig(hello);
    const c = client(port);
    c.socket.write('GET /old\r\n');
    expect(await c.closed).toBe('hello /old');
  });

  it('refuses HTTP/0.9 where Require1.0 is set', async () => {
    const { port } = await rig(hello, { protocolOptions: { allow09: false } });
    const c = client(port);
    c.socket.write('GET /old\r\n');
    expect(await c.closed).toContain('400 Bad Request');
  });

  it('answers what cannot be read with 400 and closes', async () => {
    const { port } = await rig(hello);
    const c = client(port);
    c.socket.write('GET  / HTTP/1.1\r\nHost: h\r\n\r\nGET /second HTTP/1.1\r\nHost: h\r\n\r\n');
    const text = await c.closed;
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(text).toContain('Connection: close\r\n');
    expect(text).not.toContain('second');
  });

  it('takes its limits from the configuration', async () => {
    const { port } = await rig(hello, { limitRequestLine: 50, limitRequestFields: 2 });
    const long = client(port);
    long.socket.write(`GET /${'a'.repeat(60)} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expect(await long.closed).toMatch(/^HTTP\/1\.1 414 Request-URI Too Long\r\n/);
    const many = client(port);
    many.socket.write('GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 2\r\n\r\n');
    expect(await many.closed).toContain("The number of request header fields exceeds this server's limit.");
  });

  it('answers a client that has closed its own direction', async () => {
    const { port } = await rig(async (x) => {
      await sleep(20);
      return hello(x);
    });
    const c = client(port, { allowHalfOpen: true });
    c.socket.end('GET /half HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(await c.closed).toContain('hello /half');
  });

  it('answers what was sent ahead before the client closed its own direction, and refuses half a head', async () => {
    const { port } = await rig(async (x) => {
      await sleep(20);
      return hello(x);
    });
    const c = client(port, { allowHalfOpen: true });
    const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;
    c.socket.end(`${request('/1')}${request('/2')}GET /3 HTTP/1.1\r\nHo`);
    const text = await c.closed;
    expect(text.match(/hello \/\d|HTTP\/1\.1 \d+/g)).toEqual([
      'HTTP/1.1 200',
      'hello /1',
      'HTTP/1.1 200',
      'hello /2',
      'HTTP/1.1 400',
    ]);
  });
});

describe('a request line that breaks off', () => {
  it('is not answered', async () => {
    const { port, connections } = await rig(hello);
    const c = client(port, { allowHalfOpen: true });
    c.socket.end('GET /a HT');
    expect(await c.closed).toBe('');
    c.socket.destroy();
    await expect.poll(() => connections.size).toBe(0);
  });
});

describe('bodies of requests', () => {
  it('are decoded, by length and by chunks, and the connection goes on behind them', async () => {
    const { port } = await rig(upload);
    const c = client(port);
    c.socket.write(
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloPOST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    await c.until(/got 5: hello/);
    for (const part of [
      '3\r\nab',
      'c\r\n4;x=y\r\ndefg\r',
      '\n0\r\n',
      '\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n',
    ]) {
      c.socket.write(part);
      await sleep(3);
    }
    await c.until(/got 7: abcdefg[\s\S]*got 0: $/);
  });

  it('get 100 Continue when they are read, and not before', async () => {
    const { port } = await rig(async (x) => {
      await sleep(30);
      return upload(x);
    });
    const c = client(port);
    c.socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n');
    await sleep(15);
    expect(c.text()).toBe('');
    await c.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    c.socket.write('ok');
    await c.until(/got 2: ok/);
    expect(c.text()).not.toContain('Connection: close');
  });

  it('are not asked for when the answer does not need them', async () => {
    const { port } = await rig(hello);
    const c = client(port);
    c.socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n');
    const text = await c.closed;
    expect(text).not.toContain('100 Continue');
    expect(text).toContain('Connection: close');
  });

  it('with another expectation are answered 417, and the connection ends: they may come or not', async () => {
    const { port } = await rig(upload);
    const c = client(port);
    c.socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 200-ok\r\n\r\n');
    expect(await c.closed).toMatch(/^HTTP\/1\.1 417 Expectation Failed\r\n[\s\S]*\r\nConnection: close\r\n/);
  });

  it('that are none go on behind a 417', async () => {
    const { port } = await rig(upload);
    const c = client(port);
    c.socket.write('GET / HTTP/1.1\r\nHost: h\r\nExpect: 200-ok\r\n\r\n');
    await c.until(/^HTTP\/1\.1 417 Expectation Failed\r\n/);
    c.socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await c.until(/got 0: $/);
  });

  it('that nobody reads are skipped', async () => {
    const { port } = await rig(hello);
    const c = client(port);
    c.socket.write(
      `POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(100000)}GET /b HTTP/1.1\r\nHost: h\r\n\r\n`,
    );
    await c.until(/hello \/a[\s\S]*hello \/b$/);
  });

  it('that nobody reads and that are long end the connection', async () => {
    const { port } = await rig(hello);
    const c = client(port);
    c.socket.write('POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n');
    expect(await c.closed).toContain('Connection: close');
  });

  it('with a malformed chunk fail with 400, and nothing behind them is read', async () => {
    const { port } = await rig(upload);
    const c = client(port);
    c.socket.write(
      'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nGET /second HTTP/1.1\r\nHost: h\r\n\r\n',
    );
    const text = await c.closed;
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
  });

  it('that break off fail, and the site is left', async () => {
    const { port, stub, connections } = await rig(upload);
    const c = client(port);
    c.socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc');
    await sleep(20);
    expect(stub.users).toBe(1);
    c.socket.resetAndDestroy();
    await expect.poll(() => connections.size).toBe(0);
    await expect.poll(() => stub.users).toBe(0);
  });

  it('wait while the taker pauses, with the socket at rest', async () => {
    let resume: (() => void) | undefined;
    const sizes: number[] = [];
    const { port } = await rig(
      (x) =>
        new Promise((resolve) => {
          x.body?.source.start({
            data: (chunk) => {
              sizes.push(chunk.length);
              resume = () => x.body?.source.resume();
              return false;
            },
            end: () => {
              x.responseBody = 'read';
              x.contentLength = 4;
              resolve(OK);
            },
            fail: () => resolve(500),
          });
        }),
    );
    const c = client(port);
    const total = 40 << 20;
    c.socket.write(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${total}\r\n\r\n`);
    c.socket.write(Buffer.alloc(total));
    await sleep(200);
    expect(c.socket.writableLength).toBeGreaterThan(20 << 20);
    expect(sizes.length).toBe(1);
    const pump = setInterval(() => resume?.(), 0);
    await c.until(/read$/);
    clearInterval(pump);
    expect(sizes.reduce((a, b) => a + b)).toBe(total);
  });
});

describe('bodies of answers', () => {
  it('of unknown length are chunked for HTTP/1.1', async () => {
    const { port } = await rig((x) => {
      x.responseBody = new SlowSource(['abc', 'defgh']);
      return OK;
    });
    const c = client(port);
    c.socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(without(await c.until(/\r\n0\r\n\r\n$/))).toBe(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5\r\ndefgh\r\n0\r\n\r\n',
    );
  });

  it('at hand are chunked too when their length is not to be told', async () => {
    const { port } = await rig((x) => {
      x.responseBody = x.rawPath === '/text' ? 'text' : Buffer.from(x.rawPath === '/none' ? '' : 'bytes');
      return OK;
    });
    const c = client(port);
    for (const path of ['/text', '/none', '/bytes'])
      c.socket.write(`GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`);
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(without(await c.until(/bytes\r\n0\r\n\r\n$/))).toBe(
      `${head}4\r\ntext\r\n0\r\n\r\n${head}0\r\n\r\n${head}5\r\nbytes\r\n0\r\n\r\n`,
    );
  });

  it('of unknown length end with the connection for HTTP/1.0', async () => {
    const { port } = await rig((x) => {
      x.responseBody = new SlowSource(['abc', 'defgh']);
      return OK;
    });
    const c = client(port);
    c.socket.write('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    expect(without(await c.closed)).toBe('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcdefgh');
  });

  it('that break off leave the client with an incomplete message', async () => {
    const { port } = await rig((x) => {
      x.responseBody = new SlowSource(['abc'], 'fail');
      return OK;
    });
    const c = client(port);
    c.socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n');
    const text = await c.closed;
    expect(text).toContain('3\r\nabc\r\n');
    expect(text).not.toContain('\r\n0\r\n\r\n');
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it('made from a body that breaks off break off with it, though nobody says so', async () => {
    const { port, stub, connections } = await rig((x) => {
      x.body?.source.start({ data: () => true, end: () => undefined, fail: () => undefined });
      x.responseBody = new SlowSource(['begun'], 'never');
      return OK;
    });
    const c = client(port, { allowHalfOpen: true });
    c.socket.end('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc');
    expect(await c.closed).not.toContain('\r\n0\r\n\r\n');
    c.socket.destroy();
    await expect.poll(() => connections.size).toBe(0);
    expect(stub.users).toBe(0);
  });

  it('never exceed the length that was announced', async () => {
    const { port } = await rig((x) => {
      x.responseBody = new SlowSource(['abc', 'defgh']);
      x.contentLength = 5;
      return OK;
    });
    const c = client(port);
    c.socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(await c.closed).toMatch(/Content-Length: 5\r\n\r\nabcde$/);
  });

  it('shorter than announced end the connection', async () => {
    const { port } = await rig((x) => {
      x.responseBody = new SlowSource(['abc']);
      x.contentLength = 5;
      return OK;
    });
    const c = client(port);
    c.socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(await c.closed).toMatch(/Content-Length: 5\r\n\r\nabc$/);
  });

  it('are aborted when the client goes away', async () => {
    const source = new SlowSource(Array.from({ length: 2000 }, () => 'x'.repeat(1000)));
    let isGone = false;
    const { port, stub } = await rig((x) => {
      x.transport.watch({ onClientGone: () => (isGone = true) });
      x.responseBody = source;
      return OK;
    });
    const c = client(port);
    c.socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await c.until(/xxx/);
    c.socket.destroy();
    await expect.poll(() => source.isAborted).toBe(true);
    await expect.poll(() => stub.users).toBe(0);
    expect(isGone).toBe(true);
  });

  it('pass 200 MB through, echoed, in bounded memory', async () => {
    const { port } = await rig((x) => {
      x.responseBody = x.body?.source;
      return OK;
    });
    const c = connect({ port, host: '127.0.0.1' });
    cleanups.push(() => c.destroy());
    const total = 200 << 20;
    let received = 0;
    let peak = 0;
    const before = process.memoryUsage().rss;
    c.on('data', (chunk) => {
      received += chunk.length;
      peak = Math.max(peak, process.memoryUsage().rss);
    });
    c.write(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${total}\r\n\r\n`);
    const piece = Buffer.alloc(1 << 20);
    for (let sent = 0; sent < total; sent += piece.length) {
      if (!c.write(piece)) await new Promise((resolve) => c.once('drain', resolve));
    }
    await expect.poll(() => received, { timeout: 20_000 }).toBeGreaterThanOrEqual(total);
    expect(peak - before).toBeLessThan(120 << 20);
  }, 40_000);

  it('do not pile up for a client that pipelines and does not read', async () => {
    const big = 'x'.repeat(1 << 20);
    let served = 0;
    const { port } = await rig((x) => {
      served += 1;
      x.responseBody = big;
      return OK;
    });
    const c = connect({ port, host: '127.0.0.1' });
    cleanups.push(() => c.destroy());
    c.pause();
    c.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n'.repeat(90));
    await sleep(300);
    expect(served).toBeLessThan(20);
  });
});

const NO_LIMIT: ReadLimit = { timeout: 0, longest: 0, perByte: 0 };

/** Takes the first byte of the body at once, and then a piece every 400 milliseconds. */
const slowReader: Hook = (x) =>
  new Promise((resolve) => {
    const { source } = x.body!;
    source.start({
      data: (chunk) => {
        if (chunk.length === 1) return true;
        setTimeout(() => source.resume(), 400);
        return false;
      },
      end: () => {
        x.responseBody = 'read';
        x.contentLength = 4;
        resolve(OK);
      },
      fail: () => resolve(500),
    });
  });

describe('patience', () => {
  it('closes an idle connection after KeepAliveTimeout', async () => {
    const { port } = await rig(hello, { keepAliveTimeout: 60 });
    const c = client(port);
    c.socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    const from = Date.now();
    expect(await c.closed).toMatch(/hello \/$/);
    expect(Date.now() - from).toBeGreaterThanOrEqual(50);
  });

  it('waits for the next piece of a head for Timeout, and for another', async () => {
    const { port } = await rig(hello, { timeout: 300 });
    const c = client(port);
    c.socket.write('GET / HTTP/1.1\r\nHost: h\r\n');
    for (let i = 0; i < 5; i++) {
      await sleep(100);
      c.socket.write('a: b\r\n');
    }
    c.socket.write('\r\n');
    await c.until(/hello \/$/);
    c.socket.write('GET / HTTP/1.1\r\nHost: h\r\n');
    expect(await c.closed).toMatch(/HTTP\/1\.1 408 Request Timeout\r\n/);
  });

  it('closes silently where not even a request line came in time', async () => {
    const { port } = await rig(hello, { timeout: 100 });
    const c = client(port);
    c.socket.write('GET / HT');
    expect(await c.closed).toBe('');
  });

  it('closes a connection that never says anything', async () => {
    const { port } = await rig(hello, { timeout: 60 });
    expect(await client(port).closed).toBe('');
  });

  it('fails a body that stops coming, or never begins, with 408', async () => {
    const { port } = await rig(upload, { timeout: 80 });
    for (const begun of ['abc', '']) {
      const c = client(port);
      c.socket.write(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n${begun}`);
      expect(await c.closed).toMatch(/^HTTP\/1\.1 408 /);
    }
  });

  const unfinished = (before: string, after: string): string =>
    `${before}POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n${after}`;

  it('does not wait for ever for a body that nobody read and that does not come', async () => {
    const { port } = await rig(hello, { timeout: 80 });
    for (const before of ['', 'GET /a HTTP/1.1\r\nHost: h\r\n\r\n'])
      for (const after of ['', 'abc']) {
        const c = client(port);
        c.socket.write(unfinished(before, after));
        expect(await c.closed).toMatch(/hello \/b$/);
      }
  });

  it('does not wait at all for the body of a client that has ended', async () => {
    const { port } = await rig(hello, { timeout: 60_000 });
    for (const before of ['', 'GET /a HTTP/1.1\r\nHost: h\r\n\r\n'])
      for (const after of ['', 'abc']) {
        const c = client(port, { allowHalfOpen: true });
        c.socket.end(unfinished(before, after));
        expect(await c.closed).toMatch(/hello \/b$/);
      }
  });

  it('fails a body that never begins to come with 408', async () => {
    const { port } = await rig(upload, { timeout: 80 });
    const c = client(port);
    c.socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n');
    expect(await c.closed).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('closes, after its answer, a connection whose body nobody needs and that does not come', async () => {
    const { port, connections } = await rig(hello, { timeout: 80 });
    const c = client(port);
    c.socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc');
    expect(await c.closed).toMatch(/^HTTP\/1\.1 200 [\s\S]*hello \/$/);
    await expect.poll(() => connections.size).toBe(0);
  });

  it('lets the bytes of a head extend the time for all of it, up to a bound', async () => {
    const limit = { timeout: 150, longest: 600, perByte: 20 };
    const { port } = await rig(hello, {}, { header: limit, body: NO_LIMIT });
    const c = client(port);
    c.socket.write('GET / HTTP/1.1\r\n');
    const from = performance.now();
    const drops = setInterval(() => c.socket.write('a: b\r\n'), 100);
    const text = await c.closed;
    clearInterval(drops);
    expect(text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(performance.now() - from).toBeGreaterThanOrEqual(590);
  });

  it('does not count the time in which nobody reads a body against it', async () => {
    const limit = { timeout: 1500, longest: 0, perByte: 0 };
    const { port } = await rig(slowReader, {}, { header: NO_LIMIT, body: limit });
    const c = client(port);
    // The clock runs from the first byte on; then more comes than the reader takes in that time.
    c.socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 250002\r\n\r\nx');
    await sleep(100);
    c.socket.write('x'.repeat(250_000));
    await sleep(2400);
    c.socket.write('x');
    await c.until(/^HTTP\/1\.1 200 [\s\S]*read$/);
  });

  it('needs no timer for each connection', async () => {
    const { port, connections } = await rig(upload);
    const clients = Array.from({ length: 20 }, () => client(port));
    await expect.poll(() => connections.size).toBe(20);
    const spies = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'setInterval')];
    for (const { socket } of clients)
      socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na');
    await new Promise((resolve) => setImmediate(resolve));
    for (const { socket } of clients) socket.write('bcGET / HT');
    const texts = await Promise.all(clients.map(({ socket }) => once(socket, 'data').then(String)));
    const counts = spies.map(({ mock }) => mock.calls.length);
    for (const spy of spies) spy.mockRestore();
    expect(texts.every((text) => text.includes('got 3: abc'))).toBe(true);
    expect(counts).toEqual([0, 0]);
  });

  it('gives up on a client that does not take its answer', async () => {
    const { port, connections } = await rig(
      (x) => {
        x.responseBody = 'x'.repeat(30 << 20);
        return OK;
      },
      { timeout: 100 },
    );
    const c = connect({ port, host: '127.0.0.1' });
    cleanups.push(() => c.destroy());
    c.on('error', () => undefined);
    c.pause();
    c.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await sleep(50);
    expect(connections.size).toBe(1);
    await expect.poll(() => connections.size, { timeout: 3000 }).toBe(0);
  });

  it('closes idle connections and ends the others after their answer when the server stops', async () => {
    const { port, connections, owner } = await rig(async (x) => {
      await sleep(60);
      return hello(x);
    });
    const idle = client(port);
    const busy = client(port);
    busy.socket.write('GET /busy HTTP/1.1\r\nHost: h\r\n\r\n');
    await sleep(20);
    owner.isDraining = true;
    for (const connection of connections) connection.drain();
    expect(await idle.closed).toBe('');
    expect(await busy.closed).toMatch(/Connection: close[\s\S]*hello \/busy$/);
  });
});

describe('handlers', () => {
  it('may send interim answers', async () => {
    const { port } = await rig((x) => {
      const hints = new HeaderList();
      hints.append('Link', '</a.css>; rel=preload');
      x.transport.interim(103, 'Early Hints', hints);
      return hello(x);
    });
    const c = client(port);
    c.socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(await c.until(/hello \/$/)).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK/,
    );
    const old = client(port);
    old.socket.write('GET / HTTP/1.0\r\n\r\n');
    expect(await old.closed).not.toContain('103');
  });

  it('may drop the connection', async () => {
    const { port } = await rig((x) => {
      x.transport.drop();
      x.notes.set(HANDED_OVER, '1');
      return OK;
    });
    const c = client(port);
    c.socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(await c.closed).toBe('');
  });

  it('that throw cost their own exchange a 500', async () => {
    const { port, stub } = await rig(() => {
      throw new Error('a defect');
    });
    const c = client(port);
    c.socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(await c.closed).toMatch(/^HTTP\/1\.1 500 /);
    expect(stub.logLines.join('\n')).toContain('a defect');
  });

  it('cannot smuggle a header field: 500 is sent instead', async () => {
    const { port } = await rig((x) => {
      x.headersOut.append('X-A', 'a\r\nSet-Cookie: b');
      return hello(x);
    });
    const c = client(port);
    c.socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    const text = await c.closed;
    expect(text).toMatch(/^HTTP\/1\.1 500 /);
    expect(text).not.toContain('Set-Cookie');
  });

  it('may take the connection over', async () => {
    const { port, stub, connections } = await rig((x) => {
      const fields = new HeaderList();
      fields.append('Upgrade', 'echo');
      fields.append('Connection', 'Upgrade');
      const tunnel = x.transport.upgrade('Switching Protocols', fields);
      x.notes.set(HANDED_OVER, '1');
      return new Promise((resolve) => {
        tunnel.start({
          data: (chunk) => tunnel.write(chunk),
          drained: () => tunnel.resume(),
          end: () => tunnel.end(),
          fail: () => resolve(OK),
        });
      });
    });
    const c = client(port);
    c.socket.write('GET / HTTP/1.1\r\nHost: h\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nearly');
    await c.until(
      /^HTTP\/1\.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nearly$/,
    );
    c.socket.write('later');
    await c.until(/earlylater$/);
    expect(stub.users).toBe(1);
    c.socket.end();
    await c.closed;
    await expect.poll(() => connections.size).toBe(0);
    expect(stub.users).toBe(0);
  });

  it('see the host of an absolute target', async () => {
    const { port } = await rig((x) => {
      x.responseBody = `${x.hostname} ${x.hostPort} ${x.rawPath} ${x.args} ${x.headers.get('host')}`;
      x.contentLength = x.responseBody.length;
      return OK;
    });
    const c = client(port);
    c.socket.write('GET http://Other.test.:81/p?q=1 HTTP/1.1\r\nHost: first.test\r\n\r\n');
    await c.until(/other\.test 81 \/p q=1 other\.test:81$/);
  });
});
