// The rules inside real Fastify 5: the way of a request, mount paths, errors.

import { join } from 'node:path';
import Fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { forFastify, RulesError } from '../../src/adapters/index.ts';
import { ask } from './ask.ts';
import { listen, start, withRules } from './fastify-scene.ts';
import { backendOf, folderOf, later, quiet, soon } from './scene.ts';
import { situations } from './situations.ts';
import { situationsOnHttp2 } from './situations-http2.ts';

describe('what rules are used for, in Fastify', () => situations(start));

describe('Fastify on HTTP/2', () => situationsOnHttp2((options) => start(options, true)));

describe('mounted in Fastify', () => {
  const shop = () =>
    folderOf({
      '.htaccess':
        'RewriteEngine on\nRewriteRule ^old$ new\nRewriteRule ^out$ /outside\n<Files secret>\nRequire all denied\n</Files>\n',
      'a.txt': 'a file\n',
    });

  test('a prefix is where the folder stands', async () => {
    const root = await shop();
    const app = await withRules({ root }, async (app, rules) => {
      await app.register(rules, { prefix: '/shop' });
      app.get('/shop/new', async () => 'shop new');
      app.get('/shop/secret', async () => 'shop secret');
      app.get('/outside', async () => 'outside');
      app.get('/a.txt', async () => 'of the program');
      app.get('/shopping', async () => 'shopping');
    });
    const bodies: string[] = [];
    for (const url of ['/shop/a.txt', '/shop/old', '/shop/out', '/a.txt', '/shopping'])
      bodies.push((await app.inject(url)).body);
    expect(bodies).toEqual(['a file\n', 'shop new', 'outside', 'of the program', 'shopping']);
    expect((await app.inject('/shop')).headers.location).toMatch(/\/shop\/$/);
  });

  test('the router’s spellings of a path do not lead around the rules', async () => {
    const root = await shop();
    const app = await withRules(
      { root },
      async (app, rules) => {
        await app.register(rules, { prefix: '/shop' });
        app.get('/shop/secret', async () => 'shop secret');
      },
      { routerOptions: { ignoreDuplicateSlashes: true, ignoreTrailingSlash: true } },
    );
    for (const url of ['/shop/secret', '/%73hop/secret', '/shop//secret', '//shop/secret', '/shop/%73ecret'])
      expect([url, (await app.inject(url)).statusCode]).toEqual([url, 403]);
  });

  test('in an instance with a prefix they see what the instance answers', async () => {
    const root = await shop();
    const app = await withRules({ root }, async (app, rules) => {
      await app.register(
        async (inner) => {
          await inner.register(rules);
          inner.get('/new', async () => 'shop new');
          inner.get('/old', async () => 'unreached');
          // Files have no routes.
          inner.setNotFoundHandler((_request, reply) => reply.code(404).send('none in the shop'));
        },
        { prefix: '/shop' },
      );
      app.get('/old', async () => 'not of the shop');
    });
    expect((await app.inject('/shop/old')).body).toBe('shop new');
    expect((await app.inject('/shop/a.txt')).body).toBe('a file\n');
    expect((await app.inject('/shop/none')).statusCode).toBe(404);
    expect((await app.inject('/old')).body).toBe('not of the shop');
  });

  test('a prefix with a parameter is refused', async () => {
    const app = later(Fastify());
    const rules = forFastify({ configuration: 'RewriteEngine on\n' });
    await expect(app.register(rules, { prefix: '/:shop' }).ready()).rejects.toThrow(
      'rules cannot be mounted at /:shop',
    );
  });
});

describe('the way of a request in Fastify', () => {
  test('a route that a rule leads to has its own parameters and query, and the original URL', async () => {
    const configuration = 'RewriteEngine on\nRewriteRule ^/p/(\\d+)$ /item/$1?x=y\n';
    const app = await withRules({ configuration }, async (app, rules) => {
      await app.register(rules);
      app.get('/p/:any', async () => 'unreached');
      app.get('/item/:id', async ({ params, query, url, originalUrl, raw }) => ({
        params,
        query,
        url,
        originalUrl,
        before: raw.portico?.originalUrl,
      }));
    });
    expect((await app.inject('/p/7')).json()).toEqual({
      params: { id: '7' },
      query: { x: 'y' },
      url: '/item/7?x=y',
      originalUrl: '/p/7',
      before: '/p/7',
    });
  });

  test('what hooks have set goes out with answers of the rules, and hooks hear of their end', async () => {
    const root = await folderOf({ 'a.txt': 'a file\n' });
    const ends: string[] = [];
    const app = await withRules({ root }, async (app, rules) => {
      app.addHook('onRequest', async (_request, reply) => {
        reply.header('X-Hook', 'set').header('Content-Type', 'application/json');
      });
      app.addHook('onResponse', async (request, reply) => {
        ends.push(`${request.url} ${reply.statusCode}`);
      });
      await app.register(rules);
    });
    const answer = await app.inject('/a.txt');
    expect([answer.headers['x-hook'], answer.headers['content-type']]).toEqual(['set', 'text/plain']);
    await app.inject('/none');
    expect(ends).toEqual(['/a.txt 200', '/none 404']);
  });

  test('hooks in front of the rules run for both URLs, those behind for the last', async () => {
    const seen: string[] = [];
    const app = await withRules(
      { configuration: 'RewriteEngine on\nRewriteRule ^/old$ /new\n' },
      async (app, rules) => {
        app.addHook('onRequest', async ({ url }) => void seen.push(`before ${url}`));
        await app.register(rules);
        app.addHook('onRequest', async ({ url }) => void seen.push(`behind ${url}`));
        app.addHook('onResponse', async ({ url }) => void seen.push(`end ${url}`));
        app.get('/new', async () => 'new');
      },
    );
    expect((await app.inject('/old')).body).toBe('new');
    const twice = ['before /old', 'before /new', 'behind /new', 'end /new', 'end /new'];
    expect(seen).toEqual(twice);
    await app.inject('/new');
    expect(seen).toEqual([...twice, 'before /new', 'behind /new', 'end /new']);
  });

  test('two sets of rules see a request once each', async () => {
    const app = await withRules(
      { configuration: 'RewriteEngine on\nRewriteRule ^/a$ /b\n' },
      async (app, first) => {
        await app.register(first);
        await app.register(forFastify({ configuration: 'RewriteEngine on\nRewriteRule ^/b$ /a\n' }));
        app.get('/a', async () => 'a');
        app.get('/b', async () => 'b');
      },
    );
    expect((await app.inject('/a')).body).toBe('a');
    expect((await app.inject('/b')).body).toBe('a');
  });

  test('what the router refuses is seen by the rules where Fastify is told to show it', async () => {
    const root = await folderOf({
      '.htaccess':
        'RewriteEngine on\nRewriteRule ^caf\\xe9$ cafe\nRewriteRule ^o/x+$ o/short\nRewriteRule ^t\\xe9$ http://other.test/ [R]\nHeader set X-Rules yes\n',
      'n\u00e9.txt': 'in UTF-8\n',
    });
    const rules = forFastify({ root, log: quiet });
    const app = later(Fastify({ frameworkErrors: rules.frameworkErrors }));
    await app.register(rules);
    app.get('/cafe', async () => 'coffee');
    app.get('/o/:name', async ({ params }) => params);
    app.get('/p/:name', async () => 'unreached');
    expect((await app.inject('/caf%E9')).body).toBe('coffee');
    expect((await app.inject(`/o/${'x'.repeat(200)}`)).body).toBe('{"name":"short"}');
    expect((await app.inject('/t%E9')).headers.location).toBe('http://other.test/');
    expect((await app.inject('/n%C3%A9.txt')).body).toBe('in UTF-8\n');
    const refused: [number, string, unknown][] = [];
    for (const url of ['/other%E9', `/p/${'x'.repeat(200)}`]) {
      const { statusCode, body, headers } = await app.inject(url);
      refused.push([statusCode, (JSON.parse(body) as { code: string }).code, headers['x-rules']]);
    }
    expect(refused).toEqual([
      [400, 'FST_ERR_BAD_URL', 'yes'],
      [414, 'FST_ERR_MAX_PARAM_LENGTH', 'yes'],
    ]);
    const broken = await app.inject('/%zz');
    expect([broken.statusCode, broken.headers['content-type']]).toEqual([
      400,
      'text/html; charset=iso-8859-1',
    ]);
  });

  test('a handler’s time limit holds for backends of the rules, and ends their requests', async () => {
    const backend = await backendOf();
    const app = await withRules(
      { configuration: `ProxyPass "/" "http://127.0.0.1:${backend.port}/"\n` },
      async (app, rules) => {
        await app.register(rules);
        app.get('/never', { handlerTimeout: 100 }, async () => 'unreached');
      },
    );
    const { port } = await listen(app);
    expect((await ask(port, '/never')).status).toBe(503);
    await soon(() => backend.gone === 1);
  });
});

describe('errors in Fastify', () => {
  test('a body that a hook has read is said to be lost, to the error handler', async () => {
    const backend = await backendOf();
    const app = await withRules(
      { configuration: `ProxyPass "/" "http://127.0.0.1:${backend.port}/"\n` },
      async (app, rules) => {
        app.addHook('onRequest', async (request) => {
          for await (const _ of request.raw);
        });
        await app.register(rules);
        app.setErrorHandler((error: Error & { code?: string }, _request, reply) =>
          reply.code(500).send(`handled ${error.code}`),
        );
      },
    );
    const { port } = await listen(app);
    const answer = await ask(port, '/x', { method: 'POST', body: 'gone' });
    expect([answer.status, answer.body]).toEqual([500, 'handled ERR_PORTICO_BODY_CONSUMED']);
  });

  test('rules that are closed fail requests', async () => {
    const rules = forFastify({ configuration: 'RewriteEngine on\n', log: quiet });
    const app = later(Fastify());
    await app.register(rules);
    app.get('/', async () => 'unreached');
    await rules.close();
    const answer = await app.inject('/');
    expect([answer.statusCode, answer.json().message]).toEqual([500, 'the middleware is closed']);
  });

  test('rules end with the application', async () => {
    const backend = await backendOf();
    const app = Fastify();
    const rules = forFastify({
      configuration: `ProxyPass "/" "http://127.0.0.1:${backend.port}/"\n`,
      log: quiet,
    });
    await app.register(rules);
    const { port, close } = await listen(app);
    await ask(port, '/x');
    expect(backend.connections).toBe(1);
    await close();
    await soon(() => backend.connections === 0);
  });

  test('a module that cannot start keeps the application from starting', async () => {
    const program = join(await folderOf({ 'map.txt': 'no program\n' }), 'map.txt');
    const configuration = `RewriteEngine on\nRewriteMap m prg:${program}\n`;
    const app = later(Fastify());
    const ready = app.register(forFastify({ configuration, log: quiet })).ready();
    await expect(ready.then(() => 'started')).rejects.toThrow(
      `could not start RewriteMap program ${program}`,
    );
  });

  test('options and configurations with mistakes are refused', () => {
    expect(() => forFastify({})).toThrow(TypeError);
    expect(() => forFastify({ configuration: 'RewritRule ^ -\n' })).toThrow(RulesError);
  });
});
