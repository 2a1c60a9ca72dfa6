// Applications of real Koa 3 with rules, for tests.

import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { Readable } from 'node:stream';
import Router from '@koa/router';
import Koa from 'koa';
import { forKoa, type KoaMiddleware, type MiddlewareOptions } from '../../src/adapters/index.ts';
import { digestOf } from './backend.ts';
import { listen } from './listen.ts';
import { later, type Program, quiet } from './scene.ts';

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

export async function start(options: MiddlewareOptions, create = createServer): Promise<Program> {
  const rules = forKoa(options);
  const app = handling();
  app.use(rules);
  app.use(routesOf().routes());
  return listenWith(app, rules, create);
}

/** The application on a server of its own. */
function listenWith(app: Koa, rules: KoaMiddleware, create = createServer): Promise<Program> {
  const server = create(app.callback());
  server.on('upgrade', rules.upgrade);
  return listen(server, rules);
}

/** Koa's callback serves HTTP/2 as it serves HTTP/1.1. */
export const createOnHttp2 = createHttp2Server as unknown as typeof createServer;

/** A program with rules, closed after the test. */
export async function withRules(
  options: MiddlewareOptions,
  build: (app: Koa, rules: KoaMiddleware) => void,
  app: Koa = new Koa(),
): Promise<number> {
  const rules = forKoa({ log: quiet, ...options });
  app.silent = true;
  build(app, rules);
  return later(await listenWith(app, rules)).port;
}

/** Answers everything with the path, as this middleware sees it. */
export const tellPath: Koa.Middleware = (ctx) => {
  ctx.body = `app ${ctx.url}`;
};
