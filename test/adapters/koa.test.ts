// The rules inside real Koa 3.

import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import Router from '@koa/router';
import Koa from 'koa';
import { describe } from 'vitest';
import { forKoa, type KoaMiddleware, type MiddlewareOptions } from '../../src/adapters/index.ts';
import { digestOf } from './backend.ts';
import { type Program, situations, situationsOnHttp2 } from './situations.ts';

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
