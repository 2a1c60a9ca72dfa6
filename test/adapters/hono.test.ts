// The rules in applications of Hono's, over @hono/node-server and in memory.
import { setTimeout as sleep } from 'node:timers/promises';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { describe, expect, it } from 'vitest';
import { appWith, type Env, endTests, folderOf, htaccess, rulesFor, ways } from './hono-scene.ts';

endTests();

const HTML = { 'index.html': '<h1>home</h1>', 'a.txt': '0123456789' };

for (const { name, reach } of ways)
  describe(`over ${name}`, () => {
    it('leads a rewritten URL to the route, the parameters and the query of it', async () => {
      const app = appWith(htaccess('RewriteEngine On', 'RewriteRule ^old/(\\d+)$ /items/$1?kind=old [QSA]'));
      app.get('/items/:id', (c) =>
        c.json({
          id: c.req.param('id'),
          path: c.req.path,
          query: c.req.query(),
          from: c.get('portico')?.originalUrl,
        }),
      );
      const ask = await reach(app);
      expect(await (await ask('/old/7?x=1')).json()).toEqual({
        id: '7',
        path: '/items/7',
        query: { kind: 'old', x: '1' },
        from: '/old/7?x=1',
      });
    });

    it('goes on with the next handler where nothing applies', async () => {
      const app = appWith(htaccess('RewriteEngine On', 'RewriteRule ^old$ /new'));
      app.get('/hello', (c) => c.text(`hello ${c.req.query('x')}`, 201));
      const ask = await reach(app);
      const answer = await ask('/hello?x=1');
      expect(answer.status).toBe(201);
      expect(await answer.text()).toBe('hello 1');
      expect((await ask('/nowhere')).status).toBe(404);
    });

    it('redirects, forbids and says gone', async () => {
      const app = appWith(
        htaccess(
          'RewriteEngine On',
          'RewriteRule ^moved/(.*)$ https://example.org/$1 [R=301]',
          'RewriteRule ^no$ - [F]',
          'RewriteRule ^gone$ - [G]',
        ),
      );
      const ask = await reach(app);
      const moved = await ask('/moved/a%20b');
      expect([moved.status, moved.headers.get('location')]).toEqual([301, 'https://example.org/a%20b']);
      expect((await ask('/no')).status).toBe(403);
      const gone = await ask('/gone');
      expect(gone.status).toBe(410);
      expect(await gone.text()).toContain('<title>410 Gone</title>');
    });

    it('serves files: types, ranges, conditions, HEAD', async () => {
      const app = appWith({ root: folderOf(HTML) });
      const ask = await reach(app);
      const whole = await ask('/a.txt');
      expect([whole.status, await whole.text()]).toEqual([200, '0123456789']);
      expect(whole.headers.get('content-type')).toBe('text/plain');
      const part = await ask('/a.txt', { headers: { range: 'bytes=2-4' } });
      expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
        206,
        '234',
        'bytes 2-4/10',
      ]);
      const etag = whole.headers.get('etag')!;
      const same = await ask('/a.txt', { headers: { 'if-none-match': etag } });
      expect([same.status, await same.text()]).toEqual([304, '']);
      const head = await ask('/a.txt', { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', '']);
      expect(await (await ask('/')).text()).toBe('<h1>home</h1>');
    });

    it('says Header lines, cookies of rules and Expires of the answers of the application', async () => {
      const app = appWith(
        htaccess(
          'RewriteEngine On',
          'RewriteRule ^c - [CO=seen:yes:example.org]',
          'Header set X-Rules yes',
          'Header unset X-Own',
          'ExpiresActive On',
          'ExpiresByType text/html "access plus 1 hour"',
        ),
      );
      app.get('/c', (c) => {
        c.header('Set-Cookie', 'a=1', { append: true });
        c.header('Set-Cookie', 'b=2', { append: true });
        c.header('X-Own', 'gone');
        return c.html('<p>c</p>', 203);
      });
      const ask = await reach(app);
      const answer = await ask('/c');
      expect(answer.status).toBe(203);
      expect(await answer.text()).toBe('<p>c</p>');
      expect(answer.headers.get('x-rules')).toBe('yes');
      expect(answer.headers.get('x-own')).toBe(null);
      expect(answer.headers.get('cache-control')).toBe('max-age=3600');
      expect(answer.headers.getSetCookie().sort()).toEqual([
        'a=1',
        'b=2',
        'seen=yes; path=/; domain=example.org',
      ]);
    });

    it('answers HEAD for a route that a rule leads to', async () => {
      const app = appWith(htaccess('RewriteEngine On', 'RewriteRule ^old$ /new', 'Header set X-Rules yes'));
      app.get('/new', (c) => c.text('text', 200, { 'X-Route': 'new' }));
      const ask = await reach(app);
      const answer = await ask('/old', { method: 'HEAD' });
      expect([answer.status, answer.headers.get('x-route'), answer.headers.get('x-rules')]).toEqual([
        200,
        'new',
        'yes',
      ]);
      expect(await answer.text()).toBe('');
    });

    it('changes fields of answers that cannot be changed in place', async () => {
      const app = appWith(htaccess('Header set X-Rules yes'));
      app.get('/elsewhere', () => Response.redirect('https://example.org/', 302));
      const ask = await reach(app);
      const answer = await ask('/elsewhere');
      expect([answer.status, answer.headers.get('location'), answer.headers.get('x-rules')]).toEqual([
        302,
        'https://example.org/',
        'yes',
      ]);
    });

    it('makes a route the page of an error, with the status of the error', async () => {
      const app = appWith(
        htaccess(
          'RewriteEngine On',
          'RewriteRule ^secret - [F]',
          'ErrorDocument 403 /pages/denied?code=403',
          'Header always set X-Rules yes',
        ),
      );
      app.all('/pages/:name', async (c) =>
        c.json({
          page: c.req.param('name'),
          code: c.req.query('code'),
          method: c.req.method,
          body: await c.req.text(),
          url: c.get('portico')?.originalUrl,
        }),
      );
      const ask = await reach(app);
      const answer = await ask('/secret/a', { method: 'POST', body: 'x=1' });
      expect([answer.status, answer.headers.get('x-rules')]).toEqual([403, 'yes']);
      expect(await answer.json()).toEqual({
        page: 'denied',
        code: '403',
        method: 'GET',
        body: '',
        url: '/secret/a',
      });
    });

    it('gives the variables and the fields of rules to the application', async () => {
      const app = appWith(
        htaccess(
          'RewriteEngine On',
          'RewriteRule ^in$ - [E=PLACE:here]',
          'RequestHeader set X-Added yes',
          'RequestHeader unset X-Cut',
        ),
      );
      app.get('/in', (c) =>
        c.json([
          c.get('portico')?.environment.get('PLACE'),
          c.req.header('x-added'),
          c.req.header('x-cut') ?? null,
        ]),
      );
      const ask = await reach(app);
      expect(await (await ask('/in', { headers: { 'x-cut': '1' } })).json()).toEqual(['here', 'yes', null]);
    });

    it('stands at the path that the application is mounted at', async () => {
      const root = folderOf({ '.htaccess': 'RewriteEngine On\nRewriteRule ^old$ new', 'f.txt': 'file' });
      const app = new Hono<Env>();
      const sub = new Hono<Env>();
      sub.use(rulesFor(app, { root }));
      sub.get('/new', (c) => c.text(`${c.req.path} from ${c.get('portico')?.originalUrl}`));
      app.get('/f.txt', (c) => c.text('the application'));
      app.route('/shop', sub);
      const ask = await reach(app);
      expect(await (await ask('/shop/f.txt')).text()).toBe('file');
      expect(await (await ask('/shop/old?q')).text()).toBe('/shop/new from /shop/old?q');
      expect(await (await ask('/f.txt')).text()).toBe('the application');
    });

    it('stands at a base path, with parameters too, and where it is told', async () => {
      const root = folderOf({ 'f.txt': 'file' });
      const app = new Hono<Env>();
      app.basePath('/api').use(rulesFor(app, { root }));
      app.basePath('/of/:user').use(rulesFor(app, { root }));
      app.use('/given/*', rulesFor(app, { root, base: '/given/here' }));
      const ask = await reach(app);
      for (const path of ['/api/f.txt', '/of/j%C3%BCrgen/f.txt', '/given/here/f.txt'])
        expect(await (await ask(path)).text(), path).toBe('file');
      expect((await ask('/given/f.txt')).status).toBe(404);
    });

    it('leads a URL out of the mount path', async () => {
      const root = folderOf({ '.htaccess': 'RewriteEngine On\nRewriteRule ^out$ /other' });
      const app = new Hono<Env>();
      const sub = new Hono<Env>();
      sub.use(rulesFor(() => app, { root }));
      app.route('/x', sub);
      app.get('/other', (c) => c.text('other'));
      const ask = await reach(app);
      expect(await (await ask('/x/out')).text()).toBe('other');
    });

    it('asks the application once more and not again and again, whatever makes other requests of it', async () => {
      const app = new Hono<Env>();
      const seen: string[] = [];
      app.use(async (c, next) => {
        c.req.raw = new Request(c.req.raw);
        await next();
      });
      app.use(bodyLimit({ maxSize: 1000 }));
      app.use(rulesFor(app, htaccess('RewriteEngine On', 'RewriteRule ^(.*)$ /a/$1 [END]')));
      app.use(rulesFor(app, htaccess('RewriteEngine On', 'RewriteRule ^(.*)$ /b/$1 [END]')));
      app.all('*', async (c) => {
        seen.push(c.req.path);
        return c.text(`${c.req.path} ${await c.req.text()}`);
      });
      const ask = await reach(app);
      expect(await (await ask('/x', { method: 'POST', body: 'the body' })).text()).toBe('/b/a/x the body');
      expect(seen).toEqual(['/b/a/x']);
    });

    it('runs the rules for what a route asks of its own application', async () => {
      const app = appWith(htaccess('RewriteEngine On', 'RewriteRule ^old/(.*)$ /new/$1'));
      app.get('/new/outer', async (c) => c.text(`outer ${await (await app.request('/old/inner')).text()}`));
      app.get('/new/inner', (c) => c.text('inner'));
      const ask = await reach(app);
      expect(await (await ask('/old/outer')).text()).toBe('outer inner');
    });

    it('lets middleware in front change its answers', async () => {
      const app = new Hono<Env>();
      app.use(cors({ origin: 'https://example.org' }));
      app.use(rulesFor(app, { root: folderOf(HTML) }));
      const ask = await reach(app);
      const answer = await ask('/a.txt', { headers: { origin: 'https://example.org' } });
      expect([await answer.text(), answer.headers.get('access-control-allow-origin')]).toEqual([
        '0123456789',
        'https://example.org',
      ]);
    });

    it('gives errors behind a rewritten URL to onError, with the Header lines', async () => {
      const app = appWith(
        htaccess('RewriteEngine On', 'RewriteRule ^old$ /broken', 'Header always set X-Rules yes'),
      );
      app.get('/broken', () => {
        throw new Error('a route fails');
      });
      app.onError((error, c) => c.text(`handled: ${error.message}`, 500));
      const ask = await reach(app);
      for (const path of ['/old', '/broken']) {
        const answer = await ask(path);
        expect([answer.status, await answer.text(), answer.headers.get('x-rules')], path).toEqual([
          500,
          'handled: a route fails',
          'yes',
        ]);
      }
    });

    it('gives a configuration that cannot be opened to onError', async () => {
      const app = new Hono<Env>();
      const rules = rulesFor(app, { root: folderOf({}) });
      await rules.close();
      app.use(rules);
      app.onError((error, c) => c.text(error.message, 503));
      const ask = await reach(app);
      const answer = await ask('/');
      expect([answer.status, await answer.text()]).toEqual([503, 'the middleware is closed']);
    });

    it('answers all of it without falling through', async () => {
      const app = appWith({ root: folderOf(HTML), fallthrough: false });
      app.get('/nowhere', (c) => c.text('never'));
      const ask = await reach(app);
      const answer = await ask('/nowhere');
      expect(answer.status).toBe(404);
      expect(await answer.text()).toContain('<title>404 Not Found</title>');
      expect((await ask('/a.txt', { method: 'PUT', body: 'x' })).status).toBe(405);
    });

    it('leaves a stream of the application as it is', async () => {
      const app = appWith(htaccess('Header set X-Rules yes'));
      let isEnded = false;
      app.get('/events', () => {
        const stream = new ReadableStream<Uint8Array>({
          async start(controller) {
            controller.enqueue(new TextEncoder().encode('data: 1\n\n'));
            await sleep(300);
            isEnded = true;
            controller.close();
          },
        });
        return new Response(stream, { headers: { 'content-type': 'text/event-stream' } });
      });
      const ask = await reach(app);
      const answer = await ask('/events');
      expect(answer.headers.get('x-rules')).toBe('yes');
      const reader = answer.body!.getReader();
      expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: 1\n\n');
      expect(isEnded).toBe(false);
      expect((await reader.read()).done).toBe(true);
    });
  });
