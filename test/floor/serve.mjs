// The published files run on a bare Node: `node --test test/floor/serve.mjs`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, createSite, freePort, startBackend, startPortico } from './portico.mjs';

test('a rule hands requests to an application', async (context) => {
  const backend = await startBackend(context);
  const rule = `RewriteEngine on\nRewriteRule ^(.*) http://127.0.0.1:${backend}$1 [proxy]`;
  const site = await createSite(context, rule);
  await startPortico(context, site);
  const headers = { host: 'shop.example.test' };
  assert.equal((await ask(site.port, '/a%20b?c=d', { headers })).text, 'GET /a%20b?c=d shop.example.test ');
  const posted = await ask(site.port, '/form', { headers, method: 'POST', body: 'x=1' });
  assert.equal(posted.text, 'POST /form shop.example.test x=1');
});

test('a file is served, and not again when it has not changed', async (context) => {
  const site = await createSite(context, '');
  await startPortico(context, site);
  const first = await ask(site.port, '/hello.txt');
  assert.deepEqual([first.status, first.text], [200, 'hello\n']);
  const again = await ask(site.port, '/hello.txt', {
    headers: { 'if-modified-since': first.headers['last-modified'] },
  });
  assert.deepEqual([again.status, again.text], [304, '']);
  assert.equal((await ask(site.port, '/none')).status, 404);
});

test('a dead application is 503', async (context) => {
  const site = await createSite(context, `ProxyPass /app http://127.0.0.1:${await freePort()}`);
  await startPortico(context, site);
  assert.equal((await ask(site.port, '/app')).status, 503);
  assert.equal((await ask(site.port, '/hello.txt')).status, 200);
});

test('SIGTERM ends it in good order', async (context) => {
  const site = await createSite(context, '');
  const server = await startPortico(context, site);
  assert.equal((await ask(site.port, '/hello.txt')).status, 200);
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  await assert.rejects(ask(site.port, '/hello.txt'));
});
