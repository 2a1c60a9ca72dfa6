// client-info inside each real framework: over a socket, with fields that a client has made up, and with the
// framework's own types, which tsc checks here.
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpBindings, serve } from '@hono/node-server';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ClientInfo,
  type ClientInfoState,
  type ClientInfoVariables,
  createClientInfo,
  expressClientInfo,
  fastifyClientInfo,
  honoClientInfo,
  koaClientInfo,
} from '../../src/adapters/client-info/index.ts';

declare module 'fastify' {
  interface FastifyRequest {
    clientInfo: ClientInfo;
  }
}

const OPTIONS = { trust: ['loopback'], fields: ['for', 'host', 'proto'] } as const;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Listens on a free port of 127.0.0.1 and answers that. */
async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

const SENT = {
  Host: 'inner.test:8000',
  'X-Forwarded-For': '6.6.6.6, 203.0.113.7',
  'X-Forwarded-Host': 'evil.test, shop.example',
  'X-Forwarded-Proto': 'https',
  Connection: 'close',
};

const SEEN = '203.0.113.7 https://shop.example/cart true';

const tell = (info: ClientInfo): string => `${info.address} ${info.url('/cart')} ${info.isTrustedPeer}`;

function ask(port: number, headers: Record<string, string> = SENT): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { host: '127.0.0.1', port, path: '/cart', headers, agent: false },
      (answer) => {
        let text = '';
        answer.setEncoding('latin1');
        answer.on('data', (chunk) => {
          text += chunk;
        });
        answer.on('end', () => resolve(text));
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

describe('client-info', () => {
  it('reads requests of node:http', async () => {
    const clientInfo = createClientInfo(OPTIONS);
    const port = await listen(createServer((request, response) => response.end(tell(clientInfo(request)))));
    expect(await ask(port)).toBe(SEEN);
  });

  it('is req.clientInfo in Express, in routers that are mounted too', async () => {
    const app = express();
    app.use(expressClientInfo(OPTIONS));
    const router = express.Router();
    router.get('/', (req, res) => {
      res.send(tell(req.clientInfo));
    });
    app.use('/cart', router);
    expect(await ask(await listen(createServer(app)))).toBe(SEEN);
  });

  it('is request.clientInfo in Fastify, in plugins beside it too', async () => {
    const app = Fastify();
    await app.register(fastifyClientInfo, OPTIONS);
    await app.register(async (shop) => {
      shop.get('/cart', async (request) => tell(request.clientInfo));
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    closers.push(() => app.close());
    expect(await ask((app.server.address() as AddressInfo).port)).toBe(SEEN);
    const injected = await app.inject({ url: '/cart', headers: SENT, remoteAddress: '203.0.113.99' });
    expect(injected.body).toBe('203.0.113.99 http://inner.test:8000/cart false');
  });

  it('is ctx.state.clientInfo in Koa', async () => {
    const app = new Koa<ClientInfoState>();
    app.use(koaClientInfo(OPTIONS));
    app.use((ctx) => {
      ctx.body = tell(ctx.state.clientInfo);
    });
    expect(await ask(await listen(createServer(app.callback())))).toBe(SEEN);
  });

  it('is a variable in Hono', async () => {
    const app = new Hono<{ Variables: ClientInfoVariables }>();
    app.use(honoClientInfo(OPTIONS));
    app.get('/cart', (c) => c.text(tell(c.get('clientInfo'))));
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }) as Server;
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    await new Promise((resolve) =>
      server.listening ? resolve(undefined) : server.once('listening', resolve),
    );
    expect(await ask((server.address() as AddressInfo).port)).toBe(SEEN);
  });

  it('asks the caller in Hono where there is no node:http', async () => {
    const app = new Hono<{ Bindings: HttpBindings; Variables: ClientInfoVariables }>();
    app.use(honoClientInfo({ ...OPTIONS, peer: () => '127.0.0.1' }));
    app.get('/cart', (c) => c.text(tell(c.get('clientInfo'))));
    const answer = await app.request('http://inner.test:8000/cart', { headers: SENT });
    expect(await answer.text()).toBe(SEEN);
  });

  it('trusts nobody in Hono where nobody says who has sent a request', async () => {
    const app = new Hono<{ Variables: ClientInfoVariables }>();
    app.use(honoClientInfo(OPTIONS));
    app.get('/cart', (c) => c.text(tell(c.get('clientInfo'))));
    const answer = await app.request('http://inner.test:8000/cart', { headers: SENT });
    expect(await answer.text()).toBe('undefined http://inner.test:8000/cart false');
  });
});
