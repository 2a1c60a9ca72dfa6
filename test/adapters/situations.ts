// What people use rules in a program for, told once and tried in each framework: the program is the framework's own, and has
// the routes that `StartProgram` names.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { expect, test } from 'vitest';
import type { MiddlewareOptions } from '../../src/adapters/index.ts';
import { startWebSocketBackend } from '../support/websocket-backend.ts';
import { openClient } from '../support/websocket-client.ts';
import { ask, begin } from './ask.ts';
import { digestOf } from './backend.ts';
import { backendOf, folderOf, later, type Program, quiet, soon } from './scene.ts';

/**
 * Starts a program with rules and these routes:
 * `GET /new` answers `new`, a space and the query; `POST /upload` answers `app` and the digest of the body;
 * `GET /stream` streams `one two three`; `GET /own` answers `own` with a cookie `own=1` and the field `X-Own: 1`;
 * `GET /sorry` answers `sorry`; `GET /fail` fails with `deliberate`. What nothing answers is the framework's 404, and errors
 * are answered by an error handler with 500, `handled` and the message of the error.
 */
export type StartProgram = (options: MiddlewareOptions) => Promise<Program>;

/** The tests of a framework. */
export function situations(start: StartProgram): void {
  const run = async (options: MiddlewareOptions): Promise<number> =>
    later(await start({ log: quiet, ...options })).port;
  const withHtaccess = async (htaccess: string, files: Readonly<Record<string, string>> = {}) =>
    run({ root: await folderOf({ '.htaccess': htaccess, ...files }) });

  test('a rule leads to a route of the program, with its query', async () => {
    const port = await withHtaccess('RewriteEngine on\nRewriteRule ^old/(\\w+)$ new?id=$1 [QSA]\n');
    expect((await ask(port, '/old/7?x=1')).body).toBe('new id=7&x=1');
    expect((await ask(port, '/new?a=b')).body).toBe('new a=b');
  });

  test('a rule redirects, a rule refuses, and access lines refuse', async () => {
    const port = await withHtaccess(
      'RewriteEngine on\nRewriteRule ^away$ http://other.test/x [R=301,L]\nRewriteRule ^no$ - [F]\nRewriteRule ^gone$ - [G]\n<Files secret.txt>\nRequire ip 192.0.2.1\n</Files>\n',
    );
    const away = await ask(port, '/away');
    expect([away.status, away.headers.location]).toEqual([301, 'http://other.test/x']);
    expect((await ask(port, '/no')).status).toBe(403);
    expect((await ask(port, '/gone')).status).toBe(410);
    expect((await ask(port, '/secret.txt')).status).toBe(403);
  });

  test('a file is served as a server serves it', async () => {
    const port = await withHtaccess('', { 'a.txt': 'a file\n', 'sub/index.html': '<p>sub' });
    const whole = await ask(port, '/a.txt');
    expect([whole.status, whole.headers['content-type'], whole.body]).toEqual([
      200,
      'text/plain',
      'a file\n',
    ]);
    const again = await ask(port, '/a.txt', { headers: { 'If-None-Match': String(whole.headers.etag) } });
    expect([again.status, again.body]).toEqual([304, '']);
    const part = await ask(port, '/a.txt', { headers: { Range: 'bytes=2-5' } });
    expect([part.status, part.headers['content-range'], part.body]).toEqual([206, 'bytes 2-5/7', 'file']);
    const head = await ask(port, '/a.txt', { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '7', '']);
    expect((await ask(port, '/sub')).status).toBe(301);
    expect((await ask(port, '/sub/')).body).toBe('<p>sub');
  });

  test('what no rule and no file answers is the program’s, or nobody’s', async () => {
    const port = await withHtaccess('RewriteEngine on\n');
    expect((await ask(port, '/new')).status).toBe(200);
    expect((await ask(port, '/nothing')).status).toBe(404);
    const head = await ask(port, '/new', { method: 'HEAD' });
    expect([head.status, head.body]).toEqual([200, '']);
  });

  test('without fallthrough all is answered as the server answers it', async () => {
    const root = await folderOf({ 'a.txt': 'a file\n' });
    const port = await run({ root, fallthrough: false });
    expect((await ask(port, '/a.txt')).body).toBe('a file\n');
    const missing = await ask(port, '/new');
    expect(missing.status).toBe(404);
    expect(missing.body).toContain('The requested URL was not found on this server.');
  });

  test('requests are passed to a backend, bodies as they are', async () => {
    const backend = await backendOf();
    const port = await run({ configuration: `ProxyPass "/api" "http://127.0.0.1:${backend.port}/v1"\n` });
    const got = await ask(port, '/api/x?y=1');
    expect([got.status, got.headers['x-backend'], got.body.split(' ').slice(0, 2)]).toEqual([
      200,
      'here',
      ['GET', '/v1/x?y=1'],
    ]);
    const head = await ask(port, '/api/x', { method: 'HEAD' });
    expect([head.status, head.body]).toEqual([200, '']);
    const body = randomBytes(5 * 1024 * 1024);
    const digest = await digestOf([body] as unknown as AsyncIterable<Buffer>);
    expect((await ask(port, '/api/up', { method: 'POST', body })).body).toBe(`POST /v1/up ${digest}\n`);
  });

  test('an upload comes to the program whole, by the URL of a rule, too', async () => {
    const port = await withHtaccess('RewriteEngine on\nRewriteRule ^put$ upload\n');
    const form = multipart(randomBytes(5 * 1024 * 1024));
    const digest = await digestOf([form.body] as unknown as AsyncIterable<Buffer>);
    for (const path of ['/upload', '/put']) {
      const answer = await ask(port, path, { method: 'POST', ...form });
      expect([path, answer.status, answer.body]).toEqual([path, 200, `app ${digest}`]);
    }
  });

  test('a form with a file goes to a backend byte for byte', async () => {
    const backend = await backendOf();
    const port = await run({ configuration: `ProxyPass "/" "http://127.0.0.1:${backend.port}/"\n` });
    const form = multipart(randomBytes(5 * 1024 * 1024));
    const digest = await digestOf([form.body] as unknown as AsyncIterable<Buffer>);
    expect((await ask(port, '/form', { method: 'POST', ...form })).body).toBe(`POST /form ${digest}\n`);
  });

  test('events of a backend arrive as they are sent', async () => {
    const backend = await backendOf();
    const port = await run({ configuration: `ProxyPass "/api" "http://127.0.0.1:${backend.port}"\n` });
    const answer = await begin(port, '/api/events');
    expect(answer.headers['content-type']).toBe('text/event-stream');
    const [first] = (await once(answer, 'data')) as [Buffer];
    expect(first.toString()).toBe('data: first\n\n');
    backend.endEvents();
    let rest = '';
    for await (const chunk of answer) rest += String(chunk);
    expect(rest).toBe('data: last\n\n');
  });

  test('a backend hears that the client has gone', async () => {
    const backend = await backendOf();
    const port = await run({ configuration: `ProxyPass "/api" "http://127.0.0.1:${backend.port}"\n` });
    const answer = await begin(port, '/api/events');
    await once(answer, 'data');
    answer.destroy();
    await soon(() => backend.gone === 1);
    const waiting = httpRequest({ host: '127.0.0.1', port, path: '/api/never', agent: false });
    waiting.on('error', quiet);
    waiting.end();
    await new Promise((resolve) => setTimeout(resolve, 50));
    waiting.destroy();
    await soon(() => backend.gone === 2);
  });

  test('fields and cookies of rules go out with the program’s answers', async () => {
    const port = await withHtaccess(
      'RewriteEngine on\nRewriteRule ^ - [CO=seen:1:.site.test]\nHeader set X-Rules yes\nHeader unset X-Own\nHeader append Vary Accept\n',
    );
    const own = await ask(port, '/own');
    expect(own.body).toBe('own');
    expect([own.headers['x-rules'], own.headers['x-own'], own.headers.vary]).toEqual([
      'yes',
      undefined,
      'Accept',
    ]);
    expect([...(own.headers['set-cookie'] ?? [])].sort()).toEqual([
      'own=1',
      'seen=1; path=/; domain=.site.test',
    ]);
    const stream = await ask(port, '/stream');
    expect([stream.headers['x-rules'], stream.body]).toEqual(['yes', 'one two three']);
    const missing = await ask(port, '/nothing');
    expect([missing.status, missing.headers['x-rules']]).toEqual([404, 'yes']);
  });

  test('an error document may be a route', async () => {
    const port = await withHtaccess('ErrorDocument 403 /sorry\nRewriteEngine on\nRewriteRule ^no$ - [F]\n');
    const answer = await ask(port, '/no');
    expect([answer.status, answer.body]).toEqual([403, 'sorry']);
    const posted = await ask(port, '/no', { method: 'POST', body: 'x' });
    expect([posted.status, posted.body]).toEqual([403, 'sorry']);
    const head = await ask(port, '/no', { method: 'HEAD' });
    expect([head.status, head.body]).toEqual([403, '']);
  });

  test('the program’s own errors stay its own', async () => {
    const port = await withHtaccess('RewriteEngine on\nRewriteRule ^broken$ fail\n');
    for (const path of ['/fail', '/broken']) {
      const answer = await ask(port, path);
      expect([path, answer.status, answer.body]).toEqual([path, 500, 'handled deliberate']);
    }
  });

  test('a WebSocket that a rule proxies is a tunnel', async () => {
    const backend = later(await startWebSocketBackend());
    const port = await run({
      configuration: `ProxyPass "/chat" "ws://127.0.0.1:${backend.port}/"\n`,
    });
    const client = await openClient(`ws://127.0.0.1:${port}/chat`);
    expect((await client.ask('hello')).bytes.toString()).toBe('hello');
    client.socket.close();
    await client.closed();
  });
}

function multipart(file: Buffer): { headers: Record<string, string>; body: Buffer } {
  const boundary = 'portico-boundary';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="f"; filename="f.bin"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return {
    headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}
