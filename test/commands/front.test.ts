// `serve --to`: a front door without a file, before a real application.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorkshop, visit, type Workshop } from '../support/command.ts';
import { type Backend, startEchoBackend } from '../support/echo-backend.ts';
import { freePort } from '../support/ports.ts';
import { isListening, until } from '../support/scene.ts';

let shop: Workshop;
let app: Backend;

beforeEach(async () => {
  shop = await openWorkshop();
  app = await startEchoBackend();
});

afterEach(async () => {
  await shop.close();
  await app.close();
});

describe('serve --to', () => {
  it.each([
    ['a port', (port: number) => `${port}`],
    ['host and port', (port: number) => `localhost:${port}`],
    ['a URL', (port: number) => `http://127.0.0.1:${port}`],
  ])('takes %s', async (_, spell) => {
    const server = shop.start(['serve', '--to', spell(app.port), '--port', '{PORT}']);
    await server.ready();
    expect(server.out()).toBe(`portico: ready on http://localhost:${shop.port}\n`);
    const { status, text } = await visit(shop.port, '/a%2Fb?c=d');
    expect(status).toBe(200);
    expect(text).toMatch(/^GET \/a%2Fb\?c=d HTTP\/1\.1\n/);
    expect(text).toContain(`\nhost: 127.0.0.1:${shop.port}\n`);
  });

  it('takes a URL with a path, under which the application lives', async () => {
    const server = shop.start(['serve', '--to', `http://127.0.0.1:${app.port}/base`, '--port', '{PORT}']);
    await server.ready();
    expect((await visit(shop.port, '/x')).text).toMatch(/^GET \/base\/x HTTP/);
  });

  it('takes a unix socket', async () => {
    const socketPath = join(shop.root, 'app.sock');
    const other = await startEchoBackend({ socketPath });
    const server = shop.start(['serve', '--to', 'unix:{ROOT}/app.sock', '--port', '{PORT}']);
    await server.ready();
    expect((await visit(shop.port, '/x')).text).toMatch(/^GET \/x HTTP/);
    await other.close();
  });

  it('serves files of its own, but none whose name begins with a dot', async () => {
    mkdirSync(join(shop.root, 'public'));
    writeFileSync(join(shop.root, 'public/a.txt'), 'a file');
    writeFileSync(join(shop.root, 'public/.secret'), 'secret');
    const words = ['serve', '--to', `${app.port}`, '--static', 'public', '--port', '{PORT}'];
    await shop.start(words).ready();
    expect(await visit(shop.port, '/a.txt')).toEqual({ status: 200, text: 'a file' });
    expect((await visit(shop.port, '/b.txt')).text).toMatch(/^GET \/b\.txt HTTP/);
    expect((await visit(shop.port, '/')).text).toMatch(/^GET \/ HTTP/);
    expect((await visit(shop.port, '/.secret')).text).toMatch(/^GET \/\.secret HTTP/);
  });

  it('shows its configuration, which does the same as a file', async () => {
    mkdirSync(join(shop.root, 'public'));
    writeFileSync(join(shop.root, 'public/a.txt'), 'a file');
    const words = ['serve', '--to', `${app.port}`, '--static', 'public', '--port', '{PORT}'];
    const printed = await shop.run([
      ...words,
      '-C',
      'ServerAdmin me@x',
      '-c',
      'RequestHeader set X-Door open',
      '--print-config',
    ]);
    expect({ code: printed.code, err: printed.err }).toEqual({ code: 0, err: '' });
    expect(printed.out).toMatch(/^ServerAdmin me@x\nListen \d+\n/);
    writeFileSync(join(shop.root, 'site.conf'), printed.out);
    await shop.start(['serve', '-f', 'site.conf']).ready();
    expect((await visit(shop.port, '/a.txt')).text).toBe('a file');
    expect((await visit(shop.port, '/b')).text).toMatch(/^GET \/b HTTP/);
    expect((await visit(shop.port, '/b')).text).toContain('\nx-door: open\n');
  });

  it('says 503 while nobody answers on that port', async () => {
    await shop.start(['serve', '--to', `${await freePort()}`, '--port', '{PORT}']).ready();
    expect((await visit(shop.port)).status).toBe(503);
  });
});

describe('serve --app', () => {
  const APP = `require('node:http').createServer((q, r) => r.end('pid ' + process.pid))
  .listen(process.env.PORT, '127.0.0.1');
`;

  async function startApp(
    program: string,
    end = '; true',
  ): Promise<{ port: number; server: ReturnType<Workshop['start']> }> {
    shop.write('app.cjs', program);
    const port = await freePort();
    const command = `"${process.execPath}" app.cjs${end}`;
    const server = shop.start(['serve', '--to', `${port}`, '--port', '{PORT}', '--app', command]);
    await server.ready();
    await until('the application', async () => (await isListening(port)) || undefined);
    return { port, server };
  }

  it('starts the application, tells it its port, and ends it with all it started', async () => {
    const { port, server } = await startApp(APP);
    await until(
      'the log',
      () => /app app: process \d+ is ready on http:\/\/127\.0\.0\.1:\d+/.test(server.err()) || undefined,
    );
    expect((await visit(shop.port)).text).toMatch(/^pid \d+$/);
    server.signal('SIGINT');
    expect(await server.ended).toBe(0);
    expect(await isListening(port)).toBe(false);
  });

  it('does not wait for an application that will not end when it is told twice', async () => {
    const { port, server } = await startApp(`process.on('SIGTERM', () => console.log('not yet'));\n${APP}`);
    server.signal('SIGTERM');
    await until('the refusal', () => server.err().includes('not yet') || undefined);
    const from = Date.now();
    server.signal('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(Date.now() - from).toBeLessThan(4000);
    expect(await isListening(port)).toBe(false);
  });

  it('waits for one that needs a moment to end, also behind a shell that does not', async () => {
    const { server } = await startApp(
      `process.on('SIGTERM', () => setTimeout(() => { console.log('saved'); process.exit(); }, 300));\n${APP}`,
    );
    server.signal('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(server.err()).toContain('saved');
  });

  it('starts it again when it fails, and says so', async () => {
    const { server } = await startApp(`${APP}setTimeout(() => process.exit(3), 300);\n`, '');
    const first = (await visit(shop.port)).text;
    await until('the log', () => /process \d+ ended with exit code 3/.test(server.err()) || undefined);
    await until('another process', async () => (await visit(shop.port)).text !== first || undefined);
  });

  it('needs no port: the application gets a free one, and requests wait for it', async () => {
    shop.write('app.cjs', `setTimeout(() => { ${APP} }, 500);`);
    const server = shop.start(['serve', '--port', '{PORT}', '--app', `"${process.execPath}" app.cjs`]);
    await server.ready();
    expect((await visit(shop.port)).text).toMatch(/^pid \d+$/);
  });
});
