// Fastify without a socket, behind another handler, and with WebSockets.

import { once } from 'node:events';
import { createServer, type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { forNode } from '../../src/adapters/index.ts';
import { startWebSocketBackend } from '../support/websocket-backend.ts';
import { openClient } from '../support/websocket-client.ts';
import { ask } from './ask.ts';
import { digestOf } from './backend.ts';
import { addRoutes, listen, withRules } from './fastify-scene.ts';
import { backendOf, folderOf, later, quiet, soon } from './scene.ts';

describe('around the whole of Fastify', () => {
  test('rules see what its router refuses, and hooks run once', async () => {
    const root = await folderOf({
      '.htaccess':
        'RewriteEngine on\nRewriteRule ^caf\\xe9$ new\nRewriteRule ^no$ - [F]\nHeader set X-Rules yes\n',
    });
    const rules = forNode({ root, log: quiet });
    let hooks = 0;
    const app = later(
      Fastify({
        serverFactory: (handler) =>
          createServer((request, response) =>
            rules(request, response, (error) => {
              if (error === undefined) handler(request, response);
              else response.writeHead(500).end();
            }),
          ),
      }),
    );
    app.addHook('onClose', () => rules.close());
    app.addHook('onRequest', async () => {
      hooks += 1;
    });
    app.get('/new', async () => 'new');
    const { port } = await listen(app);
    const led = await ask(port, '/caf%E9');
    expect([led.status, led.body, led.headers['x-rules'], hooks]).toEqual([200, 'new', 'yes', 1]);
    expect((await ask(port, '/no')).status).toBe(403);
    expect((await ask(port, '/%E9')).status).toBe(400);
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

  test('inject() has the client that it is told', async () => {
    const configuration = '<Location />\nRequire ip 192.0.2.0/24\n</Location>\n';
    const app = await withRules({ configuration }, (app, rules) => {
      app.get('/', async () => 'open');
      return app.register(rules);
    });
    expect((await app.inject('/')).statusCode).toBe(403);
    expect((await app.inject({ url: '/', remoteAddress: '192.0.2.7' })).body).toBe('open');
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

  test('rules that do not listen still see what a plugin for WebSockets brings', async () => {
    const root = await folderOf({
      '.htaccess': 'RewriteEngine on\nRewriteRule ^led$ own\nRewriteRule ^no$ - [F]\n',
    });
    const app = await withRules({ root }, async (app, rules) => {
      await app.register(rules);
      withSocketRoutes(app);
    });
    const { port } = await listen(app);
    for (const path of ['/own', '/led']) {
      const client = await openClient(`ws://127.0.0.1:${port}${path}`);
      expect((await client.ask('hello')).bytes.toString()).toBe('own hello');
      client.socket.close();
      await client.closed();
    }
    await expect(openClient(`ws://127.0.0.1:${port}/no`)).rejects.toThrow('answered 403');
  });

  test('tunnels end with the application', async () => {
    const backend = later(await startWebSocketBackend());
    const app = await withRules(
      { configuration: `ProxyPass "/" "ws://127.0.0.1:${backend.port}/"\n` },
      async (app, rules) => {
        await app.register(rules);
        app.server.on('upgrade', rules.upgrade);
      },
    );
    const { port, close } = await listen(app);
    const client = await openClient(`ws://127.0.0.1:${port}/`);
    await client.ask('hello');
    await close();
    expect((await client.closed()).code).toBe(1006);
    await soon(() => backend.open.size === 0);
  });

  test('below a prefix rules see the upgrades that are below it', async () => {
    const backend = later(await startWebSocketBackend());
    const root = await folderOf({
      '.htaccess': `RewriteEngine on\nRewriteRule ^chat$ ws://127.0.0.1:${backend.port}/ [P]\nRewriteRule ^ - [F]\n`,
    });
    const app = await withRules({ root }, async (app, rules) => {
      await app.register(rules, { prefix: '/shop' });
      app.server.on('upgrade', rules.upgrade);
      withSocketRoutes(app);
    });
    const { port } = await listen(app);
    for (const [path, said] of [
      ['/shop/chat', 'hello'],
      ['/own', 'own hello'],
    ]) {
      const client = await openClient(`ws://127.0.0.1:${port}${path}`);
      expect([path, (await client.ask('hello')).bytes.toString()]).toEqual([path, said]);
      client.socket.close();
      await client.closed();
    }
    await expect(openClient(`ws://127.0.0.1:${port}/shop/own`)).rejects.toThrow('answered 403');
  });
});
