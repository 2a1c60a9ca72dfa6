// Backends over TLS, through the whole server: handshakes that fail in every way, sessions and connections that are
// kept, names that are asked for. What certificates do to the answer is in test/conformance/proxy/tls.case.
import { createHash, randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Issued } from '../../../test/support/certificates.ts';
import { type Front, splitAnswer, startFront } from '../../../test/support/proxy-front.ts';
import { pour, startScriptedBackend, Talk } from '../../../test/support/scripted-backend.ts';
import { pemFolder, tlsParties } from '../../../test/support/tls-parties.ts';

let folder = '';
const closers: (() => Promise<void> | void)[] = [];

beforeAll(() => {
  folder = pemFolder();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface TlsBackend {
  readonly port: number;
  /** Handshakes that came to their end. */
  readonly sockets: readonly TLSSocket[];
  /** Which of them took up an earlier session. */
  readonly resumed: readonly boolean[];
}

/** A backend that plays `script` on every connection behind its handshake. */
async function startTlsBackend(
  script: (talk: Talk, index: number) => Promise<void> | void,
  { certificate, key }: Issued = tlsParties().server,
  more: TlsOptions & { readonly end?: string } = {},
): Promise<TlsBackend> {
  const sockets: TLSSocket[] = [];
  const resumed: boolean[] = [];
  const requests: string[] = [];
  const server = createServer({ cert: certificate, key, ...more }, (socket) => {
    sockets.push(socket);
    resumed.push(socket.isSessionReused());
    socket.on('error', () => undefined);
    Promise.resolve(script(new Talk(socket, requests), sockets.length - 1)).catch(() => socket.destroy());
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => {
    if (more.end === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(more.end, resolve);
  });
  closers.push(
    () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, sockets, resumed };
}

async function front(conf: string): Promise<Front> {
  const started = await startFront(conf.replaceAll('{PEM}', folder));
  closers.push(() => started.close());
  return started;
}

const TRUSTING = 'SSLProxyEngine On\nSSLProxyVerify require\nSSLProxyCACertificateFile {PEM}/authority.pem\n';

function answering(body: string, fields = ''): (talk: Talk) => Promise<void> {
  return async (talk) => {
    while ((await talk.request()) !== '')
      talk.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${fields}\r\n${body}`);
  };
}

describe('a handshake that fails', () => {
  const ANSWER = 'HTTP/1.1 500 Proxy Error';
  const REASON = '<strong>Error during SSL Handshake with remote server</strong>';

  async function expectFailure(port: number, wanted: RegExp, params = ''): Promise<void> {
    const server = await front(`${TRUSTING}ProxyPass / https://localhost:${port}/ ${params}`);
    const { status, body } = splitAnswer(await server.get('/x'));
    expect([status, body.includes(REASON)]).toEqual([ANSWER, true]);
    expect(server.log.join('\n')).toMatch(wanted);
  }

  it('because the backend closes is 500', async () => {
    const backend = await startScriptedBackend((talk) => talk.end());
    closers.push(() => backend.close());
    await expectFailure(backend.port, /AH02003: SSL Proxy connect failed/);
  });

  it('because the backend resets is 500', async () => {
    const backend = await startScriptedBackend((talk) => void talk.socket.once('data', () => talk.reset()));
    closers.push(() => backend.close());
    await expectFailure(backend.port, /AH02003: SSL Proxy connect failed/);
  });

  it('because nothing is said for too long is 500', async () => {
    const backend = await startScriptedBackend(() => undefined);
    closers.push(() => backend.close());
    await expectFailure(
      backend.port,
      /AH02003: SSL Proxy connect failed: the handshake has timed out/,
      'timeout=1',
    );
  });

  it('because plain HTTP is spoken is 500', async () => {
    const backend = await startScriptedBackend((talk) => {
      talk.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
    });
    closers.push(() => backend.close());
    await expectFailure(backend.port, /AH02003: SSL Proxy connect failed: .*wrong version number/i);
  });

  it('because the certificate is nobody knows whose is 500, and the log says what to write', async () => {
    const backend = await startTlsBackend(answering('x'), tlsParties().selfSigned);
    await expectFailure(
      backend.port,
      /AH02039: .*\(18\): self-signed certificate: write SSLProxyCACertificateFile/,
    );
  });

  it('costs the backend no request', async () => {
    const seen: string[] = [];
    const backend = await startTlsBackend(async (talk) => {
      seen.push(await talk.request());
    }, tlsParties().other);
    await expectFailure(
      backend.port,
      /AH02411: .*for hostname localhost: it is for DNS:other\.example\.test/,
    );
    expect(seen.filter((text) => text !== '')).toEqual([]);
  });
});

describe('without a line about it', () => {
  it('a certificate is verified by the authorities of the system', async () => {
    const backend = await startTlsBackend(answering('x'));
    const server = await front(`SSLProxyEngine On\nProxyPass / https://localhost:${backend.port}/`);
    expect(splitAnswer(await server.get('/x')).status).toBe('HTTP/1.1 500 Proxy Error');
    expect(server.log.join('\n')).toMatch(
      /AH02039: .*\(2[01]\): .*SSLProxyCACertificateFile.*SSLProxyVerify none/,
    );
  });

  it('an address in a certificate is as good as a name', async () => {
    const backend = await startTlsBackend(answering('the address'));
    const server = await front(`${TRUSTING}ProxyPass / https://127.0.0.1:${backend.port}/`);
    expect(splitAnswer(await server.get('/x')).body).toBe('the address');
  });
});

describe('connections over TLS', () => {
  it('are kept and used again', async () => {
    const backend = await startTlsBackend(answering('kept'));
    const server = await front(`${TRUSTING}ProxyPass / https://localhost:${backend.port}/`);
    for (let round = 0; round < 3; round++) expect(splitAnswer(await server.get('/x')).body).toBe('kept');
    expect(backend.sockets.length).toBe(1);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'take up the last session where they are not: %s',
    async (maxVersion) => {
      const backend = await startTlsBackend(answering('anew'), tlsParties().server, { maxVersion });
      const server = await front(`${TRUSTING}ProxyPass / https://localhost:${backend.port}/ disablereuse=on`);
      for (let round = 0; round < 3; round++) expect(splitAnswer(await server.get('/x')).body).toBe('anew');
      expect(backend.resumed).toEqual([false, true, true]);
    },
  );

  it('with other settings are others', async () => {
    const backend = await startTlsBackend(answering('x'));
    const server = await front(
      `${TRUSTING}ProxyPass /a/ https://localhost:${backend.port}/a/\nProxyPass /b/ https://localhost:${backend.port}/b/\n` +
        `<Proxy https://localhost:${backend.port}/b/>\nSSLProxyVerify none\n</Proxy>`,
    );
    await server.get('/a/x');
    await server.get('/b/x');
    await server.get('/a/y');
    expect(backend.sockets.length).toBe(2);
  });

  it('are for one name: that of the target, or of the client', async () => {
    const backend = await startTlsBackend(answering('x'));
    const target = `https://localhost:${backend.port}/`;
    const server = await front(
      `${TRUSTING}ProxyPass /t/ ${target}\n<Location /c/>\nProxyPass ${target}\nProxyPreserveHost On\n</Location>`,
    );
    const ask = (path: string, host: string): Promise<string> =>
      server.exchange(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    await ask('/t/x', 'www.example.test');
    await ask('/c/x', 'backend.example.test');
    await ask('/c/x', 'backend.example.test');
    const refused = await ask('/c/x', 'stranger.example.test');
    expect(splitAnswer(refused).status).toBe('HTTP/1.1 500 Proxy Error');
    // The backend hears of no handshake's end where portico does not like who answered.
    expect(backend.sockets.map(({ servername }) => servername)).toEqual([
      'localhost',
      'backend.example.test',
    ]);
  });

  it('for names that clients make up are not kept without end', async () => {
    const backend = await startTlsBackend(answering('x'));
    const server = await front(
      `SSLProxyEngine On\nSSLProxyVerify none\nSSLProxyCheckPeerName off\nSSLProxyCheckPeerCN off\n` +
        `ProxyPreserveHost On\nProxyPass / https://localhost:${backend.port}/`,
    );
    for (let from = 0; from < 150; from += 10) {
      await Promise.all(
        Array.from({ length: 10 }, (_, at) =>
          server.exchange(`GET /x HTTP/1.1\r\nHost: h${from + at}.test\r\nConnection: close\r\n\r\n`),
        ),
      );
    }
    expect(backend.sockets.length).toBe(150);
    expect(backend.sockets.filter((socket) => !socket.destroyed).length).toBeLessThanOrEqual(101);
  });

  it('go over unix sockets, too', async () => {
    const end = join(folder, 'backend.sock');
    const backend = await startTlsBackend(answering('by socket'), tlsParties().server, { end });
    const server = await front(`${TRUSTING}ProxyPass / unix:${end}|https://localhost/`);
    expect(splitAnswer(await server.get('/x')).body).toBe('by socket');
    expect(backend.sockets[0]?.servername).toBe('localhost');
  });

  it('that a backend has closed meanwhile are no failure', async () => {
    const backend = await startTlsBackend(async (talk) => {
      await talk.request();
      talk.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      talk.socket.end();
    });
    const server = await front(`${TRUSTING}ProxyPass / https://localhost:${backend.port}/`);
    for (let round = 0; round < 3; round++) expect(splitAnswer(await server.get('/x')).body).toBe('ok');
  });

  it('carry large bodies both ways, whoever is slow', async () => {
    const sent = randomBytes(3 * 1024 * 1024);
    const digest = createHash('sha256').update(sent).digest('hex');
    const backend = await startTlsBackend(async (talk) => {
      const request = await talk.request();
      const body = request.slice(request.indexOf('\r\n\r\n') + 4);
      talk.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
    const server = await front(`${TRUSTING}ProxyPass / https://localhost:${backend.port}/`);
    const answer = await server.exchange(
      `POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${sent.length}\r\n\r\n${sent.toString('latin1')}`,
    );
    const { body } = splitAnswer(answer);
    expect(createHash('sha256').update(body, 'latin1').digest('hex')).toBe(digest);
  });
});

describe('an answer that only the end of the connection ends', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n';

  /** Ends every answer as `end` does, with what is below TLS at hand. */
  async function endingWith(
    end: (talk: Talk, raw: Socket) => void,
  ): Promise<{ port: number; requests: string[] }> {
    const { server: identity } = tlsParties();
    const requests: string[] = [];
    const raws: Socket[] = [];
    const server = createServer({ cert: identity.certificate, key: identity.key }, async (socket) => {
      socket.on('error', () => undefined);
      const raw = raws.find(({ remotePort }) => remotePort === socket.remotePort)!;
      const talk = new Talk(socket, requests);
      if ((await talk.request()) === '') return;
      socket.write(`${HEAD}all of it`, () => end(talk, raw));
    });
    server.on('connection', (raw) => raws.push(raw));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      for (const raw of raws) raw.destroy();
      server.close();
    });
    const address = server.address();
    return { port: typeof address === 'object' && address !== null ? address.port : 0, requests };
  }

  const WHOLE = /9\r\nall of it\r\n0\r\n\r\n$/;

  it('is complete where the backend says that it ends', async () => {
    const { port, requests } = await endingWith((talk) => talk.end());
    const server = await front(`${TRUSTING}ProxyPass / https://localhost:${port}/`);
    for (let round = 0; round < 3; round++) expect(await server.get('/x')).toMatch(WHOLE);
    // The first one has shown that it matters.
    expect(requests.length).toBe(4);
  });

  it('is cut off where it just ends', async () => {
    const { port } = await endingWith((_talk, raw) => void setTimeout(() => raw.destroy(), 50));
    const server = await front(`${TRUSTING}ProxyPass / https://localhost:${port}/`);
    for (let round = 0; round < 2; round++) {
      const answer = await server.get('/x');
      expect(answer).toContain('all of it');
      expect(answer).not.toMatch(WHOLE);
    }
  });

  it('to a request that must not be repeated is taken as it is the first time', async () => {
    const { port, requests } = await endingWith((talk) => talk.end());
    const server = await front(`${TRUSTING}ProxyPass / https://localhost:${port}/`);
    const post = 'POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx';
    for (let round = 0; round < 2; round++) expect(await server.exchange(post)).toMatch(WHOLE);
    expect(requests.length).toBe(2);
  });

  it('of many megabytes comes whole, whoever is slow', async () => {
    const backend = await startTlsBackend(async (talk) => {
      await talk.request();
      talk.write(HEAD);
      await pour(talk, Buffer.alloc(64 * 1024, 'x'), 8 * 1024 * 1024);
      talk.end();
    });
    const server = await front(`${TRUSTING}ProxyPass / https://localhost:${backend.port}/`);
    const answer = await server.get('/x');
    expect(answer.endsWith('0\r\n\r\n')).toBe(true);
    expect(answer.length).toBeGreaterThan(8 * 1024 * 1024);
  });
});
