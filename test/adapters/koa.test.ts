// The rules inside real Koa 3.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import Router from '@koa/router';
import Koa from 'koa';
import { describe } from 'vitest';
import { forKoa, type MiddlewareOptions } from '../../src/adapters/index.ts';
import { digestOf } from './backend.ts';
import { type Program, situations } from './situations.ts';

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

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function start(options: MiddlewareOptions): Promise<Program> {
  const app = handling();
  const rules = forKoa(options);
  app.use(rules);
  app.use(routesOf().routes());
  const server = createServer(app.callback());
  server.on('upgrade', rules.upgrade);
  const port = await listening(server);
  return {
    port,
    async close() {
      await closed(server);
      await rules.close();
    },
  };
}

describe('what rules are used for, in Koa', () => situations(start));
