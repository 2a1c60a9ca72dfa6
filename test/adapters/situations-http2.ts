// The same on HTTP/2 without TLS: what rules are used for works there, too.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { expect, test } from 'vitest';
import type { MiddlewareOptions } from '../../src/adapters/index.ts';
import { askHttp2 } from './ask-http2.ts';
import { digestOf } from './backend.ts';
import { backendOf, folderOf, later, quiet, soon } from './scene.ts';
import type { StartProgram } from './situations.ts';

/** The tests of a framework on HTTP/2 without TLS. */
export function situationsOnHttp2(start: StartProgram): void {
  const run = async (options: MiddlewareOptions): Promise<number> =>
    later(await start({ log: quiet, ...options })).port;

  test('over HTTP/2 rules lead to routes, redirect, serve files and change answers', async () => {
    const root = await folderOf({
      '.htaccess':
        'RewriteEngine on\nRewriteRule ^old$ new?a=b\nRewriteRule ^away$ http://other.test/x [R=302,L]\nHeader set X-Rules yes\nErrorDocument 403 /sorry\nRewriteRule ^no$ - [F]\n',
      'a.txt': 'a file\n',
    });
    const port = await run({ root });
    const old = await askHttp2(port, '/old');
    expect([old.status, old.headers['x-rules'], old.body]).toEqual([200, 'yes', 'new a=b']);
    const away = await askHttp2(port, '/away');
    expect([away.status, away.headers.location]).toEqual([302, 'http://other.test/x']);
    expect((await askHttp2(port, '/a.txt')).body).toBe('a file\n');
    const head = await askHttp2(port, '/a.txt', { ':method': 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '7', '']);
    const stream = await askHttp2(port, '/stream');
    expect([stream.headers['x-rules'], stream.body]).toEqual(['yes', 'one two three']);
    const no = await askHttp2(port, '/no');
    expect([no.status, no.body]).toEqual([403, 'sorry']);
    expect((await askHttp2(port, '/nothing')).status).toBe(404);
  });

  test('over HTTP/2 requests are passed to a backend, uploads come to the program, and fields are changed', async () => {
    const backend = await backendOf();
    const port = await run({
      configuration: `ProxyPass "/api" "http://127.0.0.1:${backend.port}"\nRequestHeader set X-Rules yes\n`,
    });
    const got = await askHttp2(port, '/api/x');
    expect([got.status, got.headers['x-backend'], got.body.split(' ')[1]]).toEqual([200, 'here', '/x']);
    const body = randomBytes(5 * 1024 * 1024);
    const digest = await digestOf([body] as unknown as AsyncIterable<Buffer>);
    const passed = await askHttp2(port, '/api/up', { ':method': 'POST' }, body);
    expect(passed.body).toBe(`POST /up ${digest}\n`);
    const type = { 'content-type': 'application/octet-stream' };
    const own = await askHttp2(port, '/upload', { ':method': 'POST', ...type }, body);
    expect(own.body).toBe(`app ${digest}`);
  });

  test('over HTTP/2 a backend hears that the client has gone', async () => {
    const backend = await backendOf();
    const port = await run({ configuration: `ProxyPass "/api" "http://127.0.0.1:${backend.port}"\n` });
    const session = connect(`http://127.0.0.1:${port}`);
    const stream = session.request({ ':path': '/api/events' });
    await once(stream, 'data');
    stream.close(constants.NGHTTP2_CANCEL);
    await soon(() => backend.gone === 1);
    session.destroy();
  });
}
