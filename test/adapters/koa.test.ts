// The rules inside real Koa 3.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import Koa from 'koa';
import { koaBody } from 'koa-body';
import mount from 'koa-mount';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { forKoa, type KoaMiddleware, type MiddlewareOptions, RulesError } from '../../src/adapters/index.ts';
import { startWebSocketBackend } from '../support/websocket-backend.ts';
import { openClient } from '../support/websocket-client.ts';
import { ask, begin } from './ask.ts';
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
function routesOf(): Router {
  const router = new Router();
  router.get('/new', (ctx) => {
    ctx.body = `new ${ctx.querystring}`;
  });
  router.post('/upload', async (ctx) => {
    ctx.body = `app ${await digestOf(ctx.req)}`;
  });
  router.get('/stream', (ctx) => {
    ctx.type = 'text/plain';
    ctx.body = Readable.from(['one ', 'two ', 'three']);
  });
  router.get('/own', (ctx) => {
    ctx.set({ 'Set-Cookie': 'own=1', 'X-Own': '1' });
    ctx.body = 'own';
  });
  router.get('/sorry', (ctx) => {
    ctx.body = 'sorry';
  });
  router.get('/fail', () => {
    throw new Error('deliberate');
  });
  return router;
}

/** An application whose first middleware answers errors. */
function handling(): Koa {
  const app = new Koa();
  app.use(async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      ctx.status = 500;
      ctx.body = `handled ${(error as Error).message}`;
    }
  });
  return app;
}

async function start(options: MiddlewareOptions, create = createServer): Promise<Program> {
  const rules = forKoa(options);
  const app = handling();
  app.use(rules);
  app.use(routesOf().routes());
  return listen(app, rules, create);
}

async function listen(app: Koa, rules: KoaMiddleware, create = createServer): Promise<Program> {
  const server = create(app.callback());
  server.on('upgrade', rules.upgrade);
  return listenOn(server, rules);
}

async function listenOn(server: Server, rules: KoaMiddleware): Promise<Program> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const isClosed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections?.();
      await isClosed;
      await rules.close();
    },
  };
}

/** Koa's callback serves HTTP/2 as it serves HTTP/1.1. */
const createOnHttp2 = createHttp2Server as unknown as typeof createServer;

describe('what rules are used for, in Koa', () => situations(start));

describe('Koa on HTTP/2', () => situationsOnHttp2((options) => start(options, createOnHttp2)));

const quiet = (): void => undefined;

/** A program with rules, closed after the test. */
async function withRules(
  options: MiddlewareOptions,
  build: (app: Koa, rules: KoaMiddleware) => void,
  app: Koa = new Koa(),
): Promise<number> {
  const rules = forKoa({ log: quiet, ...options });
  app.silent = true;
  build(app, rules);
  return later(await listen(app, rules)).port;
}

/** Answers everything with the path, as this middleware sees it. */
const tellPath: Koa.Middleware = (ctx) => {
  ctx.body = `app ${ctx.url}`;
};

describe('mounted in Koa', () => {
  const shop = () =>
    folderOf({
      '.htaccess':
        'RewriteEngine on\nRewriteRule ^old$ new?a=b\nRewriteRule ^out$ /outside\nRewriteRule ^admin$ admin/shop/admin\n',
      'a.txt': 'a file\n',
    });

  test('a mount is where the folder stands, and what rules make of a path outlasts it', async () => {
    const root = await shop();
    const port = await withRules({ root }, (app, rules) => {
      app.use(mount('/shop', rules));
      app.use(tellPath);
    });
    const bodies: string[] = [];
    for (const path of ['/shop/a.txt', '/shop/old', '/shop/x?y', '/a.txt', '/shopping'])
      bodies.push((await ask(port, path)).body);
    expect(bodies).toEqual(['a file\n', 'app /shop/new?a=b', 'app /shop/x?y', 'app /a.txt', 'app /shopping']);
    const bare = await ask(port, '/shop');
    expect([bare.status, bare.headers.location]).toEqual([301, `http://127.0.0.1:${port}/shop/`]);
  });

  test('an application that is mounted sees the path below the mount', async () => {
    const root = await shop();
    const port = await withRules({ root }, (app, rules) => {
      const inner = new Koa();
      inner.use(rules);
      inner.use(mount('/admin', tellPath));
      inner.use(async (ctx, next) => (ctx.path === '/new' ? tellPath(ctx, next) : next()));
      app.use(mount('/shop', inner));
      app.use(tellPath);
    });
    expect((await ask(port, '/shop/old')).body).toBe('app /new?a=b');
    expect((await ask(port, '/shop/other')).body).toBe('app /shop/other');
    expect((await ask(port, '/shop/admin')).body).toBe('app /shop/admin');
  });

  test('mounts may stand in each other', async () => {
    const root = await shop();
    const port = await withRules({ root }, (app, rules) => {
      app.use(mount('/a', mount('/b/', rules)));
      app.use(tellPath);
    });
    expect((await ask(port, '/a/b/a.txt')).body).toBe('a file\n');
    expect((await ask(port, '/a/b/old')).body).toBe('app /a/b/new?a=b');
    expect((await ask(port, '/a/x')).body).toBe('app /a/x');
  });

  test('a rule that leads out of the mount is an error that says so', async () => {
    const root = await shop();
    const errors: Error[] = [];
    const port = await withRules({ root }, (app, rules) => {
      app.on('error', (error: Error) => errors.push(error));
      app.use(mount('/shop', rules));
      app.use(tellPath);
    });
    expect((await ask(port, '/shop/out')).status).toBe(500);
    expect(errors.map(({ message }) => message)).toEqual([
      'a rule leads /shop/out to /outside, outside of /shop: mount the rules at the root of the program',
    ]);
  });

  test('rules behind rules see the path that those have made', async () => {
    const root = await shop();
    const port = await withRules(
      { configuration: 'RewriteEngine on\nRewriteRule ^/s/(.*) /shop/$1\n' },
      (app, rules) => {
        app.use(rules);
        app.use(mount('/shop', forKoa({ root })));
        app.use(tellPath);
      },
    );
    expect((await ask(port, '/s/a.txt')).body).toBe('a file\n');
    expect((await ask(port, '/s/old')).body).toBe('app /shop/new?a=b');
  });
});

describe('the onion of Koa', () => {
  test('whoever stands in front sees the end, the status and the URL as it came', async () => {
    const backend = await backendOf();
    const root = await folderOf({
      '.htaccess': 'RewriteEngine on\nRewriteRule ^old$ new\nRewriteRule ^no$ - [F]\n',
      'a.txt': 'a file\n',
    });
    const lines: string[] = [];
    const configuration = `ProxyPass "/api" "http://127.0.0.1:${backend.port}"\n`;
    const port = await withRules({ root, configuration }, (app, rules) => {
      app.use(async (ctx, next) => {
        await next();
        lines.push(`${ctx.method} ${ctx.url} ${ctx.status} ${ctx.response.length}`);
      });
      app.use(rules);
      app.use(tellPath);
    });
    for (const path of ['/a.txt', '/old']) await ask(port, path);
    const no = await ask(port, '/no');
    await ask(port, '/a.txt', { method: 'HEAD' });
    const events = await begin(port, '/api/events');
    await once(events, 'data');
    expect(lines.length).toBe(4);
    backend.endEvents();
    events.resume();
    await soon(() => lines.length === 5);
    expect(lines).toEqual([
      'GET /a.txt 200 7',
      'GET /old 200 8',
      `GET /no 403 ${no.headers['content-length']}`,
      'HEAD /a.txt 200 7',
      'GET /api/events 200 undefined',
    ]);
  });

  test('what is set in front goes out with answers of the rules, and what is set behind them changes nothing', async () => {
    const root = await folderOf({ 'a.txt': 'a file\n' });
    const port = await withRules({ root }, (app, rules) => {
      app.use(async (ctx, next) => {
        ctx.set('X-Front', 'set');
        await next();
        ctx.set('X-Late', 'set');
        ctx.body = 'too late';
      });
      app.use(rules);
    });
    const answer = await ask(port, '/a.txt');
    expect([answer.status, answer.headers['x-front'], answer.headers['x-late'], answer.body]).toEqual([
      200,
      'set',
      undefined,
      'a file\n',
    ]);
  });

  test('the context of a request is there behind the rules', async () => {
    const app = new Koa({ asyncLocalStorage: true });
    const configuration = 'RewriteEngine on\nRewriteRule ^/old$ /new\n';
    const port = await withRules(
      { configuration },
      (app, rules) => {
        app.use(rules);
        app.use((ctx) => {
          ctx.body = `${app.currentContext === ctx} ${ctx.req.portico?.originalUrl} ${ctx.path}`;
        });
      },
      app,
    );
    expect((await ask(port, '/old')).body).toBe('true /old /new');
  });
});

describe('bodies that a parser of Koa has read', () => {
  const parsers: [string, (rules: KoaMiddleware) => Koa.Middleware[]][] = [
    ['@koa/bodyparser', (rules) => [bodyParser({ enableTypes: ['json', 'form', 'text'] }), rules]],
    ['koa-body', (rules) => [koaBody({ multipart: true, includeUnparsed: true }), rules]],
    [
      'koa-body on Node’s request',
      (rules) => [koaBody({ patchNode: true, patchKoa: false, includeUnparsed: true }), rules],
    ],
  ];

  for (const [name, chain] of parsers)
    test(`${name}: what it keeps is sent on as it came`, async () => {
      const backend = await backendOf();
      const port = await withRules(
        { configuration: `ProxyPass "/" "http://127.0.0.1:${backend.port}/"\n` },
        (app, rules) => {
          for (const each of chain(rules)) app.use(each);
        },
      );
      const bodies: [string, string][] = [
        ['application/json', '{ "a" : 1e2,\n "b": "\\u00e9é" }'],
        ['application/x-www-form-urlencoded', 'a=%41&b=x+y%20z&a=2'],
        ['text/plain', 'plain – text'],
      ];
      for (const [type, body] of bodies) {
        const answer = await ask(port, '/x', { method: 'POST', headers: { 'Content-Type': type }, body });
        const digest = await digestOf(Readable.from([body]));
        expect([type, answer.body]).toEqual([type, `POST /x ${digest}\n`]);
      }
    });

  test('what cannot be had again fails at once, where errors of Koa go', async () => {
    const backend = await backendOf();
    const errors: (Error & { code?: string })[] = [];
    const port = await withRules(
      { configuration: `ProxyPass "/" "http://127.0.0.1:${backend.port}/"\n` },
      (app, rules) => {
        app.on('error', (error: Error) => errors.push(error));
        app.use(koaBody({ multipart: true }));
        app.use(rules);
      },
    );
    const boundary = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n';
    for (const [type, body] of [
      ['multipart/form-data; boundary=b', boundary],
      ['application/json', '{ "a" : 1e2 }'],
    ]) {
      const answer = await ask(port, '/x', {
        method: 'POST',
        headers: { 'Content-Type': type! },
        body: body!,
      });
      expect([type, answer.status]).toEqual([type, 500]);
    }
    expect(errors.map(({ code }) => code)).toEqual([
      'ERR_PORTICO_BODY_CONSUMED',
      'ERR_PORTICO_BODY_CONSUMED',
    ]);
  });

  test('files and routes have no need of it', async () => {
    const root = await folderOf({
      '.htaccess': 'RewriteEngine on\nRewriteRule ^old$ new\n',
      'a.txt': 'a file\n',
    });
    const port = await withRules({ root }, (app, rules) => {
      app.use(koaBody());
      app.use(rules);
      app.use((ctx) => {
        ctx.body = ctx.request.body;
      });
    });
    const json = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{ "a": 1 }' };
    expect((await ask(port, '/old', json)).body).toBe('{"a":1}');
  });
});

describe('errors and ends in Koa', () => {
  test('rules that are closed fail requests', async () => {
    const port = await withRules({ configuration: 'RewriteEngine on\n' }, (app, rules) => {
      app.use(async (ctx, next) => {
        try {
          await next();
        } catch (error) {
          ctx.body = (error as Error).message;
        }
      });
      void rules.close();
      app.use(rules);
    });
    expect((await ask(port, '/')).body).toBe('the middleware is closed');
  });

  test('a client that goes in the middle of an answer leaves nothing behind', async () => {
    const backend = await backendOf();
    const ends: string[] = [];
    const port = await withRules(
      { configuration: `ProxyPass "/" "http://127.0.0.1:${backend.port}/"\n` },
      (app, rules) => {
        app.use(async (ctx, next) => {
          await next();
          ends.push(`${ctx.path} ${ctx.status}`);
        });
        app.use(rules);
      },
    );
    const events = await begin(port, '/events');
    await once(events, 'data');
    events.destroy();
    await soon(() => ends.length === 1);
    expect(ends).toEqual(['/events 200']);
    await soon(() => backend.gone === 1);
  });

  test('options and configurations with mistakes are refused', () => {
    expect(() => forKoa({})).toThrow(TypeError);
    expect(() => forKoa({ configuration: 'RewritRule ^ -\n' })).toThrow(RulesError);
  });
});

test('WebSockets of rules and those of a Koa program live together', async () => {
  const backend = later(await startWebSocketBackend());
  const rules = forKoa({
    configuration: `ProxyPass "/chat" "ws://127.0.0.1:${backend.port}/"\n`,
    log: quiet,
  });
  const app = new Koa();
  app.use(rules);
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer(app.callback());
  server.on('upgrade', async (request, socket, head) => {
    if (await rules.tryUpgrade(request, socket, head)) return;
    sockets.handleUpgrade(request, socket, head, (client) =>
      client.on('message', (data) => client.send(`own ${String(data)}`)),
    );
  });
  const { port } = later(await listenOn(server, rules));
  for (const [path, said] of [
    ['/chat', 'hello'],
    ['/own', 'own hello'],
  ]) {
    const client = await openClient(`ws://127.0.0.1:${port}${path}`);
    expect((await client.ask('hello')).bytes.toString()).toBe(said);
    client.socket.close();
    await client.closed();
  }
});
