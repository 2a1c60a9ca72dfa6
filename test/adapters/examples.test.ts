// The examples of docs/middleware-express.md and its neighbours run as they stand there; so do these pages' first lines
// as CommonJS.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ask } from './ask.ts';
import { startExample } from './example-process.ts';

const run = promisify(execFile);
const json = { 'Content-Type': 'application/json' };

test('the example of Express', async () => {
  const example = await startExample('middleware-express');
  const { port } = example;
  const about = await ask(port, '/index.php?page=about');
  expect(JSON.parse(about.body)).toEqual({
    name: 'about',
    askedFor: '/index.php?page=about',
    from: '127.0.0.1',
  });
  expect(about.headers['x-content-type-options']).toBe('nosniff');
  expect(JSON.parse((await ask(port, '/team.html')).body)).toMatchObject({ name: 'team' });
  const contact = await ask(port, '/contact', { method: 'POST', headers: json, body: '{ "text": "hi" }' });
  expect([contact.status, contact.body]).toEqual([201, '{"received":{"text":"hi"}}']);
  const blog = await ask(port, '/blog/12');
  expect([blog.status, blog.headers.location]).toEqual([301, 'https://blog.example.test/12']);
  const members = await ask(port, '/members/list');
  expect([members.status, members.body]).toEqual([403, '<h1>Members only</h1>']);
  const style = await ask(port, '/site.css');
  expect([style.headers['content-type'], style.headers['cache-control']]).toEqual([
    'text/css',
    'max-age=3600',
  ]);
  const missing = await ask(port, '/nowhere');
  expect([missing.status, missing.body]).toEqual([404, expect.stringContaining('Cannot GET /nowhere')]);
  expect(await example.stop()).toBe(0);
});

test('the example of node:http', async () => {
  const example = await startExample('middleware-node');
  const { port } = example;
  expect((await ask(port, '/')).body).toBe('<h1>Hello</h1>\n');
  expect((await ask(port, '/v1/users?all')).body).toBe('{"path":"/api/users","version":"1"}');
  expect((await ask(port, '/api/internal/x')).status).toBe(200);
  expect((await ask(port, '/other')).status).toBe(404);
  expect(await example.stop()).toBe(0);
});

test('the example of Fastify', async () => {
  const example = await startExample('middleware-fastify');
  const { port } = example;
  const product = await ask(port, '/7-hammer?in=de');
  expect(JSON.parse(product.body)).toEqual({ id: '7', query: { in: 'de' }, askedFor: '/7-hammer?in=de' });
  expect(product.headers['x-content-type-options']).toBe('nosniff');
  expect(JSON.parse((await ask(port, '/product.php?id=8')).body)).toMatchObject({ id: '8', query: {} });
  const order = await ask(port, '/order.php', { method: 'POST', headers: json, body: '{"id":7}' });
  expect([order.status, order.body]).toEqual([201, '{"ordered":{"id":7}}']);
  const moved = await ask(port, '/faq.html');
  expect([moved.status, moved.headers.location]).toEqual([301, `http://127.0.0.1:${port}/help/`]);
  expect((await ask(port, '/help/')).body).toBe('<h1>Help</h1>\n');
  const admin = await ask(port, '/admin/users');
  expect([admin.status, admin.body]).toEqual([403, '<h1>Staff only</h1>']);
  expect((await ask(port, '/nowhere')).status).toBe(404);
  expect(await example.stop()).toBe(0);
});

test('the example of Koa', async () => {
  const example = await startExample('middleware-koa');
  const { port } = example;
  const note = await ask(port, '/note/7.html');
  expect([note.body, note.headers['cache-control']]).toEqual([
    '{"id":"7","askedFor":"/note/7.html"}',
    'max-age=60',
  ]);
  const noted = await ask(port, '/note', { method: 'POST', headers: json, body: '{"text":"a"}' });
  expect([noted.status, noted.body, noted.headers['cache-control']]).toEqual([
    201,
    '{"noted":{"text":"a"}}',
    undefined,
  ]);
  expect((await ask(port, '/reports/1?x')).body).toBe('the older application: /r/1?x\n');
  const www = await ask(port, '/robots.txt', { headers: { Host: 'www.site.test' } });
  expect([www.status, www.headers.location]).toEqual([308, 'http://site.test/robots.txt']);
  expect((await ask(port, '/robots.txt')).body).toBe('User-agent: *\n');
  expect(await example.stop()).toBe(0);
  expect(example.printed).toContain('GET /note/7.html 200\nPOST /note 201\nGET /reports/1?x 200\n');
});

test('the example of Hono', async () => {
  const example = await startExample('middleware-hono');
  const { port } = example;
  const article = await ask(port, '/article/7?lang=de');
  expect(JSON.parse(article.body)).toEqual({
    id: '7',
    query: { lang: 'de' },
    askedFor: '/article/7?lang=de',
    season: 'winter',
  });
  expect(article.headers['x-frame-options']).toBe('DENY');
  expect(JSON.parse((await ask(port, '/index.php?article=8')).body)).toMatchObject({ id: '8', query: {} });
  const moved = await ask(port, '/manual/tools');
  expect([moved.status, moved.headers.location]).toEqual([301, `http://127.0.0.1:${port}/help/tools`]);
  const help = await ask(port, '/help/');
  expect([help.body, help.headers['cache-control']]).toEqual(['<h1>Help</h1>\n', 'max-age=600']);
  const closed = await ask(port, '/garden/roses');
  expect([closed.status, closed.body]).toEqual([403, '<h1>Closed until spring</h1>']);
  expect((await ask(port, '/nowhere')).status).toBe(404);
  expect(await example.stop()).toBe(0);
});

test('CommonJS programs require the rules', async () => {
  const program = `
    const { forFastify, forHono, forKoa } = require('portico/middleware');
    const configuration = 'RewriteEngine on\\nRewriteRule ^/old$ /new\\n';
    const app = require('fastify')();
    app.register(forFastify({ configuration }));
    app.get('/new', async () => 'new');
    const koa = new (require('koa'))();
    koa.use(forKoa({ configuration }));
    const hono = new (require('hono').Hono)();
    hono.use(forHono({ app: hono, configuration }));
    hono.get('/new', (c) => c.text('new in Hono'));
    app.inject('/old')
      .then(({ body }) => console.log(body, koa.middleware.length))
      .then(() => hono.request('/old'))
      .then(async (answer) => console.log(await answer.text()));
  `;
  const { stdout } = await run(process.execPath, ['-e', program], {
    cwd: import.meta.dirname,
    timeout: 20_000,
  });
  expect(stdout).toBe('new 1\nnew in Hono\n');
});
