// Tunnels have no end of their own: a new configuration leaves them alone, a server that stops ends them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Command, openWorkshop, visit, type Workshop } from '../support/command.ts';
import { until } from '../support/scene.ts';
import {
  ASK,
  openEnd,
  openTunnel,
  SWITCH,
  type SwitchingBackend,
  startSwitchingBackend,
} from '../support/tunnel-ends.ts';

let shop: Workshop;
let backend: SwitchingBackend;

beforeEach(async () => {
  shop = await openWorkshop();
  backend = await startSwitchingBackend();
});

afterEach(async () => {
  await shop.close();
  await backend.close();
});

/** A site that proxies `/ws` as `target` says, and answers `/status` with a status. */
function siteOf(status: number, target: string): string {
  return `Listen 127.0.0.1:{PORT}
ServerName x
LogFormat "%r %>s %X" lab
CustomLog {ROOT}/access.log lab
Redirect ${status} /status
ProxyPass /ws ${target}
`;
}

async function serve(): Promise<Command> {
  shop.write('site.conf', siteOf(410, `ws://127.0.0.1:${backend.port}/ws`));
  const server = shop.start(['serve', '-f', 'site.conf']);
  await server.ready();
  return server;
}

/** A server that waits for its deadline takes 30 s. */
const SOON_MS = 15_000;

describe('a reload', () => {
  it('leaves tunnels open', async () => {
    const server = await serve();
    const { client, backend: end } = await openTunnel(shop.port, backend);
    shop.write('site.conf', siteOf(403, '!'));
    server.signal('SIGHUP');
    await until('the new configuration', async () =>
      (await visit(shop.port, '/status')).status === 403 ? true : undefined,
    );
    const refused = await openEnd(shop.port);
    refused.write(ASK);
    await refused.hears('\r\n\r\n');
    expect(refused.text).toMatch(/^HTTP\/1\.1 404 /);
    client.write('still there?');
    await end.hears('still there?');
    end.write('yes');
    await client.hears('yes');
    client.end();
    end.end();
    await client.closes();
    await until(
      'the line of the access log',
      () => shop.read('access.log').includes('GET /ws HTTP/1.1 101 -') || undefined,
    );
    expect(backend.count).toBe(1);
  });
});

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  it('ends tunnels behind what was sent', async () => {
    const server = await serve();
    const since = Date.now();
    const { client, backend: end } = await openTunnel(shop.port, backend);
    const other = await openTunnel(shop.port, backend);
    client.write('to the backend');
    end.write('to the client');
    await end.hears('to the backend');
    await client.hears('to the client');
    server.signal(signal);
    for (const one of [client, end, other.client, other.backend]) {
      await one.ends();
      one.end();
    }
    expect(await server.ended).toBe(0);
    expect(Date.now() - since).toBeLessThan(SOON_MS);
    expect(server.err()).not.toContain('were cut');
    expect(shop.read('access.log').match(/GET \/ws HTTP\/1\.1 101/g)).toHaveLength(2);
  });

  it('does not wait for sides that keep their end open', async () => {
    const server = await serve();
    await openTunnel(shop.port, backend);
    const since = Date.now();
    server.signal(signal);
    expect(await server.ended).toBe(0);
    expect(Date.now() - since).toBeLessThan(SOON_MS);
  });

  it('ends a tunnel that opens after it', async () => {
    const server = await serve();
    const client = await openEnd(shop.port);
    client.write(ASK);
    const end = await backend.next();
    await end.hears('\r\n\r\n');
    server.signal(signal);
    await until('the end of listening', () =>
      visit(shop.port).then(
        () => undefined,
        () => true,
      ),
    );
    end.write(SWITCH);
    await client.hears('\r\n\r\n');
    expect(client.text).toMatch(/^HTTP\/1\.1 101 /);
    await client.ends();
    await end.ends();
    client.end();
    end.end();
    expect(await server.ended).toBe(0);
  });
});
