// The other end of real connections: TCP, local sockets, TLS, HTTP/2, and connections that are over before anybody asks.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  type Http2ServerRequest,
} from 'node:http2';
import { createServer as createHttpsServer, request as httpsRequest } from 'node:https';
import { type AddressInfo, connect, type Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type ClientInfo, createClientInfo } from '../../src/adapters/client-info/index.ts';
import { issue, makeAuthority } from '../support/certificates.ts';
import { part, testWith } from '../support/parts.ts';
import { makeProject } from '../support/project.ts';
import { until } from '../support/scene.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const FIELDS = { host: 'shop.example', 'x-forwarded-for': '203.0.113.7' };

function listen(server: NetServer, path?: string): Promise<number> {
  closers.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const where = path === undefined ? { host: '127.0.0.1', port: 0 } : { path };
  return new Promise((resolve) =>
    server.listen(where, () => resolve(path === undefined ? (server.address() as AddressInfo).port : 0)),
  );
}

function get(
  options: RequestOptions & { servername?: string; ca?: string },
  send = httpRequest,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = send({ ...options, headers: FIELDS, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve());
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** What systemd does for a service with a socket: it opens it and hands over the descriptor 3. */
const OPEN = `import os, socket, sys
opened = socket.socket(socket.AF_UNIX)
opened.bind(sys.argv[1])
opened.listen()
os.dup2(opened.fileno(), 3)
os.set_inheritable(3, True)
os.execv(sys.argv[2], sys.argv[2:])
`;

const ON_DESCRIPTOR = `import { createServer } from 'node:http';
import { createClientInfo } from 'portico/client-info';

const clientInfo = createClientInfo({ trust: ['unix'] });
const server = createServer((request, response) => {
  console.log('asked by ' + clientInfo(request).address + ' of ' + server.address());
  response.end();
});
server.listen({ fd: 3 }, () => console.log('listening'));
`;

function socketPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'portico-client-info-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'app.sock');
}

/** A server that keeps what client-info says of its requests. */
function keeper(trust: string[]): {
  infos: ClientInfo[];
  handle: (request: IncomingMessage | Http2ServerRequest, response: { end(): unknown }) => void;
} {
  const clientInfo = createClientInfo({ trust });
  const infos: ClientInfo[] = [];
  return {
    infos,
    handle(request, response) {
      infos.push(clientInfo(request));
      response.end();
    },
  };
}

describe('the other end', () => {
  it('of TCP is an address', async () => {
    const { infos, handle } = keeper(['127.0.0.1']);
    await get({ host: '127.0.0.1', port: await listen(createServer(handle)) });
    expect(infos[0]).toMatchObject({ address: '203.0.113.7', scheme: 'http', host: 'shop.example' });
  });

  it('of a local socket is this machine, while the server is closing too', async () => {
    const path = socketPath();
    const clientInfo = createClientInfo({ trust: ['unix'] });
    const infos: ClientInfo[] = [];
    const server = createServer((request, response) => {
      infos.push(clientInfo(request));
      server.close();
      infos.push(clientInfo(request));
      response.end();
    });
    await listen(server, path);
    await get({ socketPath: path });
    expect(infos.map(({ address }) => address)).toEqual(['203.0.113.7', '203.0.113.7']);
    expect(infos[0]?.hops[0]?.name).toBe('unix');
  });

  testWith(['python3'], 'of a local socket that somebody else has opened is this machine, too', async () => {
    const path = socketPath();
    const project = makeProject({ 'open.py': OPEN, 'app.mjs': ON_DESCRIPTOR });
    closers.push(project.remove);
    const words = ['open.py', path, process.execPath, 'app.mjs'];
    const child = spawn(part('python3')?.program ?? 'python3', words, { cwd: project.folder });
    const ended = new Promise((resolve) => child.once('close', resolve));
    closers.push(() => child.kill('SIGKILL') && ended);
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    await until('the application listens', () => {
      if (child.exitCode !== null) throw new Error(said);
      return said.includes('listening') ? true : undefined;
    });
    await get({ socketPath: path });
    await until('it answers', () => (said.includes('asked') ? true : undefined));
    expect(said).toBe('listening\nasked by 203.0.113.7 of null\n');
  });

  it('of TLS is seen through it', async () => {
    const authority = makeAuthority('client-info');
    const { certificate, key } = issue({ name: 'shop.example', dns: ['shop.example'] }, authority);
    const { infos, handle } = keeper(['127.0.0.1']);
    const port = await listen(createHttpsServer({ cert: certificate, key }, handle));
    const tls = { host: '127.0.0.1', port, servername: 'shop.example', ca: authority.certificate };
    await get(tls, httpsRequest);
    expect(infos[0]).toMatchObject({ address: '203.0.113.7', baseUrl: 'https://shop.example' });
  });

  it('of HTTP/2 is that of its connection, and :authority is the host', async () => {
    const { infos, handle } = keeper(['127.0.0.1']);
    const port = await listen(createHttp2Server(handle));
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    closers.push(() => session.close());
    const stream = session.request({ ':authority': 'shop.example:8080', 'x-forwarded-for': '203.0.113.7' });
    stream.resume();
    await new Promise((resolve) => stream.on('end', resolve));
    expect(infos[0]).toMatchObject({ address: '203.0.113.7', baseUrl: 'http://shop.example:8080' });
  });
});

describe('a connection that is over', () => {
  it.each([false, true])(
    'is no local socket: a client that resets it is nobody (server closing: %s)',
    async (isClosing) => {
      const { infos, handle } = keeper(['unix', '127.0.0.1']);
      const server = createServer((request, response) => {
        if (isClosing) server.close();
        handle(request, response);
      });
      const socket = connect(await listen(server), '127.0.0.1');
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.write('GET / HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n', () =>
        socket.resetAndDestroy(),
      );
      for (let at = 0; infos.length === 0 && at < 200; at++) await sleep(10);
      expect(infos[0]).toMatchObject({ address: undefined, isTrustedPeer: false });
    },
  );

  it('is nobody when it is asked about late, whatever the protocol', async () => {
    const clientInfo = createClientInfo({ trust: ['unix', '127.0.0.1'] });
    const requests: (IncomingMessage | Http2ServerRequest)[] = [];
    const keep = (request: IncomingMessage | Http2ServerRequest) => {
      requests.push(request);
    };
    const server = createServer(keep);
    const plain = connect(await listen(server), '127.0.0.1');
    plain.write('GET / HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n');
    const session = connectHttp2(`http://127.0.0.1:${await listen(createHttp2Server(keep))}`);
    session.request({ 'x-forwarded-for': '203.0.113.7' }).on('error', () => undefined);
    session.on('error', () => undefined);
    for (let at = 0; requests.length < 2 && at < 200; at++) await sleep(10);
    server.close();
    plain.destroy();
    session.destroy();
    const overHttp2 = requests.find((request) => request.httpVersionMajor === 2)!;
    const isOver = () => requests.every((request) => request.socket.destroyed !== false);
    for (let at = 0; !isOver() && at < 200; at++) {
      // The stand-in for its socket changes several times on the way.
      expect([undefined, '203.0.113.7']).toContain(clientInfo(overHttp2).address);
      await sleep(1);
    }
    expect(requests.map((request) => clientInfo(request).address)).toEqual([undefined, undefined]);
  });
});
