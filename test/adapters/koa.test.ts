// The rules inside real Koa 3: its onion, errors, WebSockets.

import { once } from 'node:events';
import { createServer } from 'node:http';
import Router from '@koa/router';
import Koa from 'koa';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { forKoa, RulesError } from '../../src/adapters/index.ts';
import { startWebSocketBackend } from '../support/websocket-backend.ts';
import { openClient } from '../support/websocket-client.ts';
import { ask, begin } from './ask.ts';
import { askHttp2 } from './ask-http2.ts';
import { createOnHttp2, start, tellPath, withRules } from './koa-scene.ts';
import { listen } from './listen.ts';
import { backendOf, folderOf, later, quiet, soon } from './scene.ts';
import { situations } from './situations.ts';
import { situationsOnHttp2 } from './situations-http2.ts';

describe('what rules are used for, in Koa', () => situations(start));

describe('Koa on HTTP/2', () => situationsOnHttp2((options) => start(options, createOnHttp2)));

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

test('rules protect the spelling that they name; a router may be told to know no other', async () => {
  const configuration = '<Location /admin>\nRequire all denied\n</Location>\n';
  const statuses: number[] = [];
  for (const sensitive of [false, true]) {
    const port = await withRules({ configuration }, (app, rules) => {
      const router = new Router({ sensitive });
      router.get('/admin', (ctx) => {
        ctx.body = 'open';
      });
      app.use(rules);
      app.use(router.routes());
    });
    for (const path of ['/admin', '/%61dmin', '/ADMIN']) statuses.push((await ask(port, path)).status);
  }
  expect(statuses).toEqual([403, 403, 200, 403, 403, 404]);
});

test('fields that rules change are changed, and others stay as Node has read them', async () => {
  const configuration =
    'RequestHeader set X-Rules yes\nRequestHeader unset X-Gone\nRequestHeader append Accept-Language de\n';
  const rules = forKoa({ configuration, log: quiet });
  const app = new Koa();
  app.use(rules);
  app.use((ctx) => {
    const { headers, rawHeaders } = ctx.req;
    const { cookie, accept, 'accept-language': languages, 'x-rules': set, 'x-gone': gone } = headers;
    ctx.body = { cookie, accept, languages, set, gone, raw: rawHeaders.filter((_, at) => at % 2 === 0) };
  });
  const fields = { cookie: 'a=1; b=2', accept: 'text/*', 'accept-language': 'en', 'x-gone': '1' };
  const seen = { cookie: 'a=1; b=2', accept: 'text/*', languages: 'en, de', set: 'yes' };
  const { port } = later(await listen(createServer(app.callback()), rules));
  const plain = JSON.parse((await ask(port, '/', { headers: fields })).body) as { raw: string[] };
  expect(plain).toMatchObject(seen);
  expect(plain).not.toHaveProperty('gone');
  expect(plain.raw.map((name) => name.toLowerCase()).sort()).toEqual(
    ['accept', 'accept-language', 'connection', 'cookie', 'host', 'x-rules'].sort(),
  );
  const onHttp2 = later(await listen(createOnHttp2(app.callback()), rules));
  const split = { ...fields, cookie: ['a=1', 'b=2'] };
  const second = JSON.parse((await askHttp2(onHttp2.port, '/', split)).body) as { raw: string[] };
  expect(second).toMatchObject(seen);
  expect(second.raw).toContain(':path');
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
  const { port } = later(await listen(server, rules));
  for (const [path, said] of [
    ['/chat', 'hello'],
    ['/own', 'own hello'],
  ]) {
    const client = await openClient(`ws://127.0.0.1:${port}${path}`);
    expect((await client.ask('hello')).bytes.toString()).toBe(said);
    client.socket.close();
    await client.closed();
  }
  const client = await openClient(`ws://127.0.0.1:${port}/chat`);
  await client.ask('hello');
  const isClosed = once(server, 'close');
  server.close();
  rules.endTunnels();
  await Promise.all([isClosed, client.closed()]);
});
