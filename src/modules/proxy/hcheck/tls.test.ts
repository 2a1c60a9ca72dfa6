// Members that are spoken to over TLS are checked over TLS, and known by their certificates as for requests.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Front, startFront } from '../../../../test/support/proxy-front.ts';
import { until } from '../../../../test/support/scene.ts';
import { tlsParties } from '../../../../test/support/tls-parties.ts';

const folder = mkdtempSync(join(tmpdir(), 'portico-hcheck-'));
const running: Front[] = [];
let server: Server;
let port = 0;
let asked: string[] = [];

beforeAll(async () => {
  const { server: own, authority, stranger } = tlsParties();
  writeFileSync(join(folder, 'authority.pem'), authority.certificate);
  writeFileSync(join(folder, 'stranger.pem'), stranger.certificate);
  server = createServer({ cert: own.certificate, key: own.key }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      asked.push(bytes.toString('latin1'));
      socket.end('HTTP/1.0 200 OK\r\n\r\n');
    });
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as { port: number }).port;
});

afterEach(async () => {
  asked = [];
  for (const one of running.splice(0)) await one.close();
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

interface Lines {
  readonly method?: string;
  readonly above?: string;
  readonly inside?: string;
}

/** The first line of the log about a check of the member, with these lines in the server or the balancer's section. */
async function firstCheck({ method = 'GET', above = '', inside = '' }: Lines): Promise<string> {
  const front = await startFront(`LogLevel proxy_hcheck:debug
${above}
<Proxy "balancer://app">
    ${inside}
    BalancerMember "https://localhost:${port}" hcmethod=${method} hcuri=/up hcinterval=100ms
</Proxy>`);
  running.push(front);
  return until('a check', () => front.log.find((line) => line.includes('AH03251')));
}

const TRUST = `SSLProxyCACertificateFile "${folder}/authority.pem"`;

describe('a check over TLS', () => {
  it('passes where the member is who it says', async () => {
    expect(await firstCheck({ above: `SSLProxyEngine On\n${TRUST}` })).toContain(
      'Health check GET Status (0)',
    );
    expect(asked[0]).toBe(`GET /up HTTP/1.0\r\nHost: localhost:${port}\r\n\r\n`);
  });

  it("follows the lines of the balancer's section", async () => {
    expect(await firstCheck({ inside: `SSLProxyEngine On\n${TRUST}` })).toContain('Status (0)');
  });

  it('fails where nobody that is trusted has signed', async () => {
    const trust = `SSLProxyCACertificateFile "${folder}/stranger.pem"\nSSLProxyVerify require`;
    expect(await firstCheck({ above: `SSLProxyEngine On\n${trust}` })).toContain('Status (-1)');
    expect(asked).toEqual([]);
  });

  it('fails where TLS is not on', async () => {
    expect(await firstCheck({})).toContain('Status (-1) for https://localhost');
    expect(await firstCheck({})).toContain('(SSLProxyEngine is not on)');
    expect(asked).toEqual([]);
  });

  it('with TCP is a connection, and no handshake', async () => {
    expect(await firstCheck({ method: 'TCP' })).toContain('Health check TCP Status (0)');
  });
});
