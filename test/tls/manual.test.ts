// Every configuration that docs/backends-tls.md shows, as it stands there, with a backend of the kind that it speaks of.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startEchoBackend } from '../support/echo-backend.ts';
import { startHttp2Backend } from '../support/http2-backend.ts';
import { type Front, splitAnswer, startFront } from '../support/proxy-front.ts';
import { tlsParties } from '../support/tls-parties.ts';
import { startWebSocketBackend } from '../support/websocket-backend.ts';
import { openClient } from '../support/websocket-client.ts';

const manual = readFileSync(join(import.meta.dirname, '../../docs/backends-tls.md'), 'utf8');
const blocks = [...manual.matchAll(/^( *)```apache\n([\s\S]*?)^ *```$/gm)].map(([, indent = '', text = '']) =>
  text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
);

let root = '';
const closers: (() => Promise<void>)[] = [];

beforeAll(() => {
  const { authority, client } = tlsParties();
  root = mkdtempSync(join(tmpdir(), 'portico-manual-'));
  mkdirSync(join(root, 'conf'));
  writeFileSync(join(root, 'conf/backend-authority.pem'), authority.certificate);
  writeFileSync(join(root, 'conf/machine.pem'), client.certificate + client.key);
  // What the machine trusts, for targets about which nothing is said.
  process.env.SSL_CERT_FILE = join(root, 'conf/backend-authority.pem');
});

afterAll(() => {
  delete process.env.SSL_CERT_FILE;
  rmSync(root, { recursive: true, force: true });
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A backend of the kind that a block is about. */
async function startBackendFor(block: string): Promise<{ readonly port: number; close(): Promise<void> }> {
  const { server, other, selfSigned, authority } = tlsParties();
  if (block.includes('"h2c:')) return startHttp2Backend();
  if (block.includes('"h2:')) return startHttp2Backend({ identity: server });
  if (block.includes('"wss:')) return startWebSocketBackend(undefined, {}, server);
  if (block.includes('SSLProxyMachineCertificateFile'))
    return startEchoBackend({
      tls: { cert: server.certificate, key: server.key, requestCert: true, ca: authority.certificate },
    });
  const isForAnybody = block.includes('SSLProxyVerify none');
  const { certificate, key } = isForAnybody
    ? selfSigned
    : block.includes('CheckPeerName off')
      ? other
      : server;
  return startEchoBackend({ tls: { cert: certificate, key } });
}

async function startWith(block: string): Promise<Front> {
  const backend = await startBackendFor(block);
  closers.push(() => backend.close());
  const placed = block
    .replaceAll('https://app.example.com/', `https://localhost:${backend.port}/`)
    .replaceAll(/\b(localhost|127\.0\.0\.1):8(?:443|000)\b/g, `$1:${backend.port}`);
  const front = await startFront(`ServerRoot ${root}\n${placed}`);
  closers.push(() => front.close());
  return front;
}

test('the manual shows configurations', () => {
  expect(blocks.length).toBeGreaterThan(8);
});

describe.each(blocks.map((block, at) => [at + 1, block] as const))(
  'configuration %i of the manual',
  (_at, block) => {
    test('reaches the application', async () => {
      const front = await startWith(block);
      const { status, body } = splitAnswer(await front.get('/page?a=1'));
      if (block.includes('"wss:')) expect(body).toContain('a WebSocket, please');
      else {
        expect(`${status} ${front.log.join('\n')}`).toBe('HTTP/1.1 200 OK ');
        expect(body).toContain('/page?a=1');
      }
    });

    if (block.includes('"wss:')) {
      test('lets a WebSocket through', async () => {
        const front = await startWith(block);
        const client = await openClient(`ws://127.0.0.1:${front.port}/chat`);
        try {
          expect((await client.ask('hello')).bytes.toString()).toBe('hello');
          expect((await client.ask(Buffer.alloc(300_000, 7))).bytes).toEqual(Buffer.alloc(300_000, 7));
          client.socket.close(1000);
          expect((await client.closed()).code).toBe(1000);
        } finally {
          client.socket.terminate();
        }
      });
    }
  },
);
