// The rules inside real Fastify 5.

import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { describe } from 'vitest';
import { forFastify, type MiddlewareOptions } from '../../src/adapters/index.ts';
import { digestOf } from './backend.ts';
import { type Program, situations, situationsOnHttp2 } from './situations.ts';

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
