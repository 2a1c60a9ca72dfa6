// The rules around fetch handlers: an application of Hono's as a whole, and a function of a Request.
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { type FetchOptions, forFetch, rulesFactsOf } from '../../src/adapters/index.ts';
import { atEnd, backend, endTests, folderOf, htaccess, listen } from './hono-scene.ts';

endTests();

/** Rules around a handler that end with the test, and log nothing. */
function around<Rest extends readonly unknown[]>(
  handler: (request: Request, ...rest: Rest) => Response | Promise<Response>,
  options: FetchOptions<Rest>,
): ReturnType<typeof forFetch<Rest>> {
  const rules = forFetch(handler, { log: () => undefined, ...options });
  atEnd(() => rules.close());
  return rules;
}

it('stands in front of a whole application of Hono, which is asked once', async () => {
  const app = new Hono();
  const seen: string[] = [];
  app.use(async (c, next) => {
    seen.push(c.req.path);
    await next();
  });
  app.post('/new/:id', async (c) =>
    c.json([c.req.param('id'), await c.req.text(), rulesFactsOf(c.req.raw)?.originalUrl]),
  );
  const { port } = await listen({
    fetch: around(
      app.fetch,
      htaccess(
        'RewriteEngine On',
        'RewriteRule ^old/(.*) /new/$1',
        'RewriteRule ^no - [F]',
        'Header set X-Rules yes',
      ),
    ),
  });
  const answer = await fetch(`http://127.0.0.1:${port}/old/7`, { method: 'POST', body: 'body' });
  expect(await answer.json()).toEqual(['7', 'body', '/old/7']);
  expect(answer.headers.get('x-rules')).toBe('yes');
  expect((await fetch(`http://127.0.0.1:${port}/no`)).status).toBe(403);
  expect(seen).toEqual(['/new/7']);
});

it('takes a function of a Request, and hands on what its server gives behind it', async () => {
  const root = folderOf({ '.htaccess': 'RewriteEngine On\nRewriteRule ^old new', 'a.txt': 'file' });
  const fetch = around((request: Request, name: string) => new Response(`${name} ${request.url}`), {
    root,
    base: '/docs',
  });
  expect(await (await fetch(new Request('http://h:81/docs/a.txt'), 'x')).text()).toBe('file');
  expect(await (await fetch(new Request('http://h:81/docs/old?q'), 'x')).text()).toBe(
    'x http://h:81/docs/new?q',
  );
  expect(await (await fetch(new Request('http://h/a.txt'), 'x')).text()).toBe('x http://h/a.txt');
});

it('is told who is connected', async () => {
  const fetch = around((_request: Request, _address: string) => new Response('in'), {
    configuration: '<Location />\nRequire ip 192.0.2.0/24\n</Location>',
    connection: (_request, address) => ({ remoteAddress: address }),
  });
  expect((await fetch(new Request('http://h/'), '192.0.2.7')).status).toBe(200);
  expect((await fetch(new Request('http://h/'), '198.51.100.7')).status).toBe(403);
});

it('rejects with what the handler throws', async () => {
  const fetch = around(() => {
    throw new Error('the handler fails');
  }, htaccess('RewriteEngine On'));
  await expect(fetch(new Request('http://h/'))).rejects.toThrow('the handler fails');
});

it('rejects at once where a body was read that a backend should have', async () => {
  const port = await backend((_request, response) => response.end('never'));
  const fetch = around(
    () => new Response('never'),
    htaccess('RewriteEngine On', `RewriteRule ^ http://127.0.0.1:${port}/ [P]`),
  );
  const request = new Request('http://h/', { method: 'POST', body: 'text' });
  await request.text();
  await expect(fetch(request)).rejects.toMatchObject({ code: 'ERR_PORTICO_BODY_CONSUMED' });
});

it('refuses a body that is not as long as its request says', async () => {
  const port = await backend((request, response) => request.on('end', () => response.end('taken')).resume());
  const fetch = around(
    () => new Response('never'),
    htaccess('RewriteEngine On', `RewriteRule ^ http://127.0.0.1:${port}/ [P]`),
  );
  for (const length of [3, 5]) {
    const headers = { 'content-length': String(length) };
    const answer = await fetch(new Request('http://h/', { method: 'POST', body: 'text', headers }));
    expect(answer.status, String(length)).toBe(400);
  }
});

it('says what is wrong with its options', () => {
  const { root } = htaccess();
  expect(() => forFetch(undefined as never, { root: root! })).toThrow(
    'the first argument is the fetch handler',
  );
  expect(() => forFetch(() => new Response(), { root: root!, base: 'docs' })).toThrow('base is "docs"');
  expect(() => forFetch(() => new Response(), {})).toThrow('nothing to do');
});
