// Applications of real Fastify 5 with rules, for tests.

import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { type FastifyRules, forFastify, type MiddlewareOptions } from '../../src/adapters/index.ts';
import { digestOf } from './backend.ts';
import { later, type Program, quiet } from './scene.ts';

/** The routes that the situations ask for. */
export function addRoutes(app: FastifyInstance): void {
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

export async function start(options: MiddlewareOptions, http2 = false): Promise<Program> {
  const rules = forFastify(options);
  if (http2) {
    const app = Fastify({ http2: true });
    await app.register(rules);
    return withRoutes(app as unknown as FastifyInstance);
  }
  const app = Fastify();
  await app.register(rules);
  app.server.on('upgrade', rules.upgrade);
  return withRoutes(app);
}

function withRoutes(app: FastifyInstance): Promise<Program> {
  addRoutes(app);
  return listen(app);
}

export async function listen(app: FastifyInstance): Promise<Program> {
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
}

/** An application with rules, closed after the test. */
export async function withRules(
  options: MiddlewareOptions,
  build: (app: FastifyInstance, rules: FastifyRules) => unknown,
  settings: FastifyServerOptions = {},
): Promise<FastifyInstance> {
  const app = Fastify(settings);
  await build(app, forFastify({ log: quiet, ...options }));
  return later(app);
}
