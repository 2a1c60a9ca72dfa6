// The rules inside real Fastify 5.

import { once } from 'node:events';
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import {
  type FastifyRules,
  forFastify,
  type MiddlewareOptions,
  RulesError,
} from '../../src/adapters/index.ts';
import { startWebSocketBackend } from '../support/websocket-backend.ts';
import { openClient } from '../support/websocket-client.ts';
import { ask } from './ask.ts';
import { digestOf } from './backend.ts';
import {
  backendOf,
  folderOf,
  later,
  type Program,
  situations,
  situationsOnHttp2,
  soon,
} from './situations.ts';

/** The routes that the situations ask for. */
function addRoutes(app: FastifyInstance): void {
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.get('/new', async (request) => `new ${request.raw.url?.split('?')[1] ?? ''}`);
  app.post(
    '/upload',
    { bodyLimit: 10_000_000 },
    async (request) => `app ${await digestOf(request.body as Readable)}`,
  );
  app.get('/stream', (_request, reply) =>
    reply.type('text/plain').send(Readable.from(['one ', 'two ', 'three'])),
  );
  app.get('/own', (_request, reply) => reply.header('set-cookie', 'own=1').header('x-own', '1').send('own'));
  app.get('/sorry', async () => 'sorry');
  app.get('/fail', async () => {
    throw new Error('deliberate');
  });
  app.setErrorHandler((error: Error, _request, reply) => reply.code(500).send(`handled ${error.message}`));
}

async function start(options: MiddlewareOptions, http2 = false): Promise<Program> {
  // The routes are those of an instance on HTTP/1.1 for their types.
  const app = (http2 ? Fastify({ http2: true }) : Fastify()) as unknown as FastifyInstance;
  const rules = forFastify(options);
  await app.register(rules);
  addRoutes(app);
  app.server.on('upgrade', rules.upgrade);
  return listen(app);
}

async function listen(app: FastifyInstance): Promise<Program> {
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
}

describe('what rules are used for, in Fastify', () => situations(start));

describe('Fastify on HTTP/2', () => situationsOnHttp2((options) => start(options, true)));

const quiet = (): void => undefined;

/** An application with rules, closed after the test. */
async function withRules(
  options: MiddlewareOptions,
  build: (app: FastifyInstance, rules: FastifyRules) => unknown,
  settings: FastifyServerOptions = {},
): Promise<FastifyInstance> {
  const app = Fastify(settings);
  await build(app, forFastify({ log: quiet, ...options }));
  return later(app);
}

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
        app.get('/new', async () => 'new');
      },
    );
    expect((await app.inject('/old')).body).toBe('new');
    expect(seen).toEqual(['before /old', 'before /new', 'behind /new']);
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

describe('without a socket', () => {
  test('inject() gets what rules, files, routes and backends answer', async () => {
    const backend = await backendOf();
    const root = await folderOf({
      '.htaccess':
        'RewriteEngine on\nRewriteRule ^old$ new?a=b\nRewriteRule ^away$ http://other.test/x [R=301,L]\nHeader set X-Rules yes\n',
      'a.txt': 'a file\n',
    });
    const configuration = `ProxyPass "/api" "http://127.0.0.1:${backend.port}"\n`;
    const app = await withRules({ root, configuration }, async (app, rules) => {
      await app.register(rules);
      addRoutes(app);
    });
    const old = await app.inject('/old');
    expect([old.statusCode, old.body, old.headers['x-rules']]).toEqual([200, 'new a=b', 'yes']);
    const away = await app.inject('/away');
    expect([away.statusCode, away.headers.location]).toEqual([301, 'http://other.test/x']);
    const file = await app.inject('/a.txt');
    expect([file.statusCode, file.body, file.headers['content-length']]).toEqual([200, 'a file\n', '7']);
    const head = await app.inject({ method: 'HEAD', url: '/a.txt' });
    expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([200, '', '7']);
    const stream = await app.inject('/stream');
    expect([stream.body, stream.headers['x-rules']]).toEqual(['one two three', 'yes']);
    const digest = await digestOf(Readable.from(['payload']));
    const passed = await app.inject({ method: 'POST', url: '/api/up', payload: 'payload' });
    expect(passed.body).toBe(`POST /up ${digest}\n`);
    const own = await app.inject({ method: 'POST', url: '/upload', payload: 'payload' });
    expect(own.body).toBe(`app ${digest}`);
    expect((await app.inject('/none')).statusCode).toBe(404);
  });

  test('inject() can take a body as it comes', async () => {
    const backend = await backendOf();
    const app = await withRules(
      { configuration: `ProxyPass "/" "http://127.0.0.1:${backend.port}/"\n` },
      (app, rules) => app.register(rules),
    );
    const answer = await app.inject({ url: '/events', payloadAsStream: true });
    const [first] = (await once(answer.stream(), 'data')) as [Buffer];
    expect(first.toString()).toBe('data: first\n\n');
    backend.endEvents();
    await once(answer.stream(), 'end');
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

  test('options and configurations with mistakes are refused', () => {
    expect(() => forFastify({})).toThrow(TypeError);
    expect(() => forFastify({ configuration: 'RewritRule ^ -\n' })).toThrow(RulesError);
  });
});

describe('WebSockets in Fastify', () => {
  /** As plugins for WebSockets do it: an upgrade goes through Fastify as a request whose response stands on the socket. */
  function withSocketRoutes(app: FastifyInstance): void {
    const sockets = new WebSocketServer({ noServer: true });
    const heads = new WeakMap<IncomingMessage, [Duplex, Buffer]>();
    app.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      heads.set(request, [socket, head]);
      const response = new ServerResponse(request);
      response.assignSocket(socket);
      response.on('finish', () => socket.destroySoon());
      app.routing(request, response);
    });
    app.get('/own', (request, reply) => {
      const [socket, head] = heads.get(request.raw)!;
      reply.hijack();
      reply.raw.detachSocket(socket as Socket);
      sockets.handleUpgrade(request.raw, socket, head, (client) =>
        client.on('message', (data) => client.send(`own ${String(data)}`)),
      );
    });
  }

  for (const order of ['before', 'behind'] as const)
    test(`those of rules and those of a plugin that listens ${order} the rules live together`, async () => {
      const backend = later(await startWebSocketBackend());
      const root = await folderOf({
        '.htaccess': 'RewriteEngine on\nRewriteRule ^led$ own\nRewriteRule ^no$ - [F]\n',
      });
      const configuration = `ProxyPass "/chat" "ws://127.0.0.1:${backend.port}/"\n`;
      const app = await withRules({ root, configuration }, async (app, rules) => {
        await app.register(rules);
        if (order === 'behind') app.server.on('upgrade', rules.upgrade);
        withSocketRoutes(app);
        if (order === 'before') app.server.on('upgrade', rules.upgrade);
      });
      const { port } = await listen(app);
      const said: string[] = [];
      for (const path of ['/chat', '/own', '/led']) {
        const client = await openClient(`ws://127.0.0.1:${port}${path}`);
        said.push((await client.ask('hello')).bytes.toString());
        client.socket.close();
        await client.closed();
      }
      expect(said).toEqual(['hello', 'own hello', 'own hello']);
      await expect(openClient(`ws://127.0.0.1:${port}/no`)).rejects.toThrow('answered 403');
      await expect(openClient(`ws://127.0.0.1:${port}/none`)).rejects.toThrow('answered 404');
    });
});
