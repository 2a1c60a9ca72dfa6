// @fastify/http-proxy with the undici pool that it advises. It adds no X-Forwarded-For of its own.

import proxy from '@fastify/http-proxy';
import fastify from 'fastify';

const [port, backend] = process.argv.slice(2).map(Number);
const app = fastify({ keepAliveTimeout: 300_000 });
app.register(proxy, {
  upstream: `http://127.0.0.1:${backend}`,
  undici: { connections: 128, pipelining: 1, keepAliveTimeout: 60_000 },
  replyOptions: {
    rewriteRequestHeaders: (request, headers) => ({
      ...headers,
      'x-forwarded-for': request.ip,
      'x-forwarded-host': request.host,
    }),
  },
});
await app.listen({ port, host: '127.0.0.1' });
