// The process in which conformance cases run inside frameworks, under the servers' ordinary user: opens a program of the
// asked kind on a port, with the built middleware and a case's configuration, and closes it again.

import { createServer } from 'node:http';
import * as middleware from 'portico/middleware';

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';

/** For each kind: makes a program and answers how it is closed. */
const KINDS = {
  async node(options, port) {
    const rules = middleware.forNode(options);
    return listening(
      createServer((request, response) => rules(request, response)),
      port,
      rules,
    );
  },

  async express(options, port) {
    const { default: express } = await import('express');
    const rules = middleware.forExpress(options);
    return listening(createServer(express().disable('x-powered-by').use(rules)), port, rules);
  },

  async koa(options, port) {
    const { default: Koa } = await import('koa');
    const rules = middleware.forKoa(options);
    return listening(createServer(new Koa().use(rules).callback()), port, rules);
  },

  async fastify(options, port) {
    const { default: fastify } = await import('fastify');
    // Fastify's own answer leaves the connection to the client, who asks on it again; Node's closes it.
    const clientErrorHandler = (_error, socket) => socket.end(BAD_REQUEST);
    const rules = middleware.forFastify(options);
    const app = fastify({ clientErrorHandler, frameworkErrors: rules.frameworkErrors });
    await app.register(rules);
    app.server.on('upgrade', rules.upgrade);
    await app.listen({ port, host: '127.0.0.1' });
    return () => {
      app.server.closeAllConnections();
      return app.close();
    };
  },

  async hono(options, port) {
    const [{ Hono }, { createAdaptorServer }] = await Promise.all([
      import('hono'),
      import('@hono/node-server'),
    ]);
    const app = new Hono();
    const rules = middleware.forHono({ app, ...options });
    app.use(rules);
    return listening(createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }), port, rules);
  },
};

async function listening(server, port, rules) {
  await rules.ready;
  server.on('upgrade', rules.upgrade);
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return async () => {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    await rules.close();
  };
}

/** How to close what is open, by port. */
const open = new Map();

const STEPS = {
  async open({ kind, port, configurationFile }, log) {
    const options = { configurationFile, fallthrough: false, log };
    open.set(port, await KINDS[kind](options, port));
  },
  async close({ port }) {
    await open.get(port)?.();
    open.delete(port);
  },
};

process.on('message', async ({ id, step, ...more }) => {
  const lines = [];
  try {
    await STEPS[step](more, (line) => process.send({ line, port: more.port }));
    process.send({ id });
  } catch (error) {
    process.send({ id, error: String(error?.message ?? error), lines });
  }
});

process.on('disconnect', () => process.exit(0));
