// How a running server ends: what is under way is finished, nothing new begins, and a second wish is obeyed at once.
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Command, openWorkshop, visit, type Workshop } from '../support/command.ts';
import { openSocket } from '../support/conversation.ts';
import { type HeldBackend, startHeldBackend } from '../support/held-backend.ts';
import { freePort } from '../support/ports.ts';
import { isListening, until } from '../support/scene.ts';
import { serverUser } from '../support/server-user.ts';

let shop: Workshop;
let backend: HeldBackend;

beforeEach(async () => {
  shop = await openWorkshop();
  backend = await startHeldBackend();
});

afterEach(async () => {
  await shop.close();
  await backend.close();
});

async function serveBackend(): Promise<Command> {
  shop.write(
    'site.conf',
    `Listen 127.0.0.1:{PORT}
ServerName x
Redirect 410 /gone
ProxyPass /app http://127.0.0.1:${backend.port}
`,
  );
  const server = shop.start(['serve', '-f', 'site.conf'], { user: serverUser });
  await server.ready();
  return server;
}

describe('the ready line', () => {
  it('is the one line on standard output, and true', async () => {
    const server = await serveBackend();
    expect(server.out()).toBe(`portico: ready on http://127.0.0.1:${shop.port}\n`);
    expect((await visit(shop.port, '/gone')).status).toBe(410);
    expect(server.err()).toBe('');
  });

  it('names every listener', async () => {
    const second = await freePort();
    shop.write('site.conf', `ServerName x\nListen 127.0.0.1:{PORT}\nListen ${second}\n`);
    const server = shop.start(['serve', '-f', 'site.conf'], { user: serverUser });
    await server.ready();
    const urls = `http://127.0.0.1:${shop.port}, http://localhost:${second}`;
    expect(server.out()).toBe(`portico: ready on ${urls}\n`);
  });
});

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  it('lets an answer under way finish and takes no new connection', async () => {
    const server = await serveBackend();
    const answer = visit(shop.port, '/app');
    await backend.asked();
    server.signal(signal);
    await until('the end of listening', async () => ((await isListening(shop.port)) ? undefined : true));
    backend.release();
    expect(await answer).toEqual({ status: 200, text: 'begun done' });
    expect(await server.ended).toBe(0);
    expect(server.err()).toBe('');
  });

  it('closes a connection that is kept alive and idle', async () => {
    const server = await serveBackend();
    const socket = await openSocket(shop.port);
    socket.write('GET /gone HTTP/1.1\r\nHost: x\r\n\r\n');
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    await until('the answer', () => text.includes('</html>') || undefined);
    const closed = once(socket, 'close');
    server.signal(signal);
    await closed;
    expect(await server.ended).toBe(0);
  });

  it('cuts what is under way when it comes twice', async () => {
    const server = await serveBackend();
    const answer = visit(shop.port, '/app').catch(() => 'cut');
    await backend.asked();
    server.signal(signal);
    await until('the end of listening', async () => ((await isListening(shop.port)) ? undefined : true));
    server.signal(signal);
    expect(await server.ended).toBe(0);
    expect(await answer).toBe('cut');
  });
});
