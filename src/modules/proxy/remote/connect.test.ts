// Backends over TLS behind a ProxyRemote: the way there is asked for with CONNECT.
import { rmSync } from 'node:fs';
import { connect, createServer as createPlainServer, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Front, splitAnswer, startFront } from '../../../../test/support/proxy-front.ts';
import { startScriptedBackend, Talk } from '../../../../test/support/scripted-backend.ts';
import { pemFolder, tlsParties } from '../../../../test/support/tls-parties.ts';

let folder = '';
const closers: (() => Promise<void> | void)[] = [];

beforeAll(() => {
  folder = pemFolder();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A backend over TLS that answers each request with a body. */
async function startTlsBackend(
  body: string,
): Promise<{ port: number; requests: string[]; closeAll(): void }> {
  const { certificate, key } = tlsParties().server;
  const requests: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer({ cert: certificate, key }, async (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    const talk = new Talk(socket, requests);
    while ((await talk.request()) !== '') {
      talk.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const closeAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  closers.push(
    () =>
      new Promise((resolve) => {
        closeAll();
        server.close(() => resolve());
      }),
  );
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, requests, closeAll };
}

interface ConnectProxy {
  readonly port: number;
  /** Heads of requests. */
  readonly heads: readonly string[];
  readonly sockets: readonly Socket[];
}

/** A proxy that knows CONNECT. */
async function startProxy(answer = 'HTTP/1.0 200 Connection established\r\n\r\n'): Promise<ConnectProxy> {
  const heads: string[] = [];
  const sockets: Socket[] = [];
  const server = createPlainServer((socket) => {
    let head = '';
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', function read(bytes: Buffer) {
      head += bytes.toString('latin1');
      if (!head.endsWith('\r\n\r\n')) return;
      socket.off('data', read);
      heads.push(head);
      lead(socket, answer, Number(/^CONNECT [^:]+:(\d+) /.exec(head)?.[1]));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(
    () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, heads, sockets };
}

function lead(socket: Socket, answer: string, port: number): void {
  if (!answer.includes(' 200 ')) {
    socket.end(answer);
    return;
  }
  const backend = connect({ host: '127.0.0.1', port });
  backend.on('error', () => socket.destroy());
  socket.on('close', () => backend.destroy());
  socket.write(answer);
  socket.pipe(backend).pipe(socket);
}

async function front(conf: string): Promise<Front> {
  const started = await startFront(
    `SSLProxyEngine On\nSSLProxyCACertificateFile "${folder}/authority.pem"\n${conf}`,
  );
  closers.push(() => started.close());
  return started;
}

describe('a backend over TLS behind a proxy', () => {
  it('is asked for with CONNECT, and the request is its alone', async () => {
    const backend = await startTlsBackend('hidden');
    const proxy = await startProxy();
    const started = await front(
      `ProxyRemote https http://127.0.0.1:${proxy.port} anna:secret\nProxyPass / https://localhost:${backend.port}/base/`,
    );
    expect(splitAnswer(await started.get('/x')).body).toBe('hidden');
    const authority = `localhost:${backend.port}`;
    expect(proxy.heads).toEqual([
      `CONNECT ${authority} HTTP/1.0\r\nHost: ${authority}\r\nProxy-Authorization: Basic YW5uYTpzZWNyZXQ=\r\n\r\n`,
    ]);
    expect(backend.requests[0]).toMatch(/^GET \/base\/x HTTP\/1\.1\r\n/);
    expect(backend.requests[0]).not.toContain('Proxy-Authorization');
  });

  it('is asked for once for the requests of one connection', async () => {
    const backend = await startTlsBackend('again');
    const proxy = await startProxy();
    const started = await front(
      `ProxyRemote * http://localhost:${proxy.port}\nProxyPass / https://localhost:${backend.port}/`,
    );
    for (let i = 0; i < 3; i++) expect(splitAnswer(await started.get('/x')).body).toBe('again');
    expect(proxy.heads.length).toBe(1);
  });

  it('that the proxy does not lead to is 503, and the log has what it said', async () => {
    const backend = await startTlsBackend('never');
    const proxy = await startProxy('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const started = await front(
      `ProxyRemote * http://127.0.0.1:${proxy.port}\nProxyPass / https://localhost:${backend.port}/`,
    );
    expect(splitAnswer(await started.get('/x')).status).toBe('HTTP/1.1 503 Service Unavailable');
    const log = started.log.join('\n');
    expect(log).toContain("AH00950: send_http_connect: the forward proxy returned code is '407'");
    expect(log).toContain(
      `AH00958: https: attempt to connect to localhost:${backend.port} via http CONNECT through 127.0.0.1:${proxy.port} (127.0.0.1:${proxy.port}) failed`,
    );
  });

  it('is 503 where the proxy answers with nothing, with too much, or not in HTTP', async () => {
    const backend = await startTlsBackend('never');
    for (const answer of ['', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(9000)}`, 'SSH-2.0-x\r\n\r\n']) {
      const proxy = await startProxy(answer);
      const started = await front(
        `ProxyRemote * http://127.0.0.1:${proxy.port}\nProxyPass / https://localhost:${backend.port}/`,
      );
      expect(splitAnswer(await started.get('/x')).status).toBe('HTTP/1.1 503 Service Unavailable');
    }
  });

  it('is 503 where the proxy is silent for connectiontimeout', async () => {
    const proxy = await startScriptedBackend(async (talk) => {
      await talk.head();
    });
    closers.push(() => proxy.close());
    const started = await front(
      `ProxyRemote * http://127.0.0.1:${proxy.port}\nProxyPass / https://localhost:1/ connectiontimeout=300ms`,
    );
    expect(splitAnswer(await started.get('/x')).status).toBe('HTTP/1.1 503 Service Unavailable');
  });

  it('has to prove its own name, not the proxy’s', async () => {
    const backend = await startTlsBackend('hidden');
    const proxy = await startProxy();
    const started = await front(
      `ProxyRemote * http://127.0.0.1:${proxy.port}\nProxyPass / https://elsewhere.test:${backend.port}/`,
    );
    expect(splitAnswer(await started.get('/x')).status).toBe('HTTP/1.1 500 Proxy Error');
    expect(started.log.join('\n')).toContain('elsewhere.test');
  });

  it('may go away in the midst', async () => {
    const backend = await startTlsBackend('hidden');
    const proxy = await startProxy();
    const started = await front(
      `ProxyRemote * http://127.0.0.1:${proxy.port}\nProxyPass / https://localhost:${backend.port}/`,
    );
    expect(splitAnswer(await started.get('/x')).body).toBe('hidden');
    backend.closeAll();
    for (const socket of proxy.sockets) socket.destroy();
    expect(splitAnswer(await started.get('/x')).body).toBe('hidden');
  });
});
