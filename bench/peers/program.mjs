// A program of node:http or Express with one middleware before its application: portico's, or what people use in its place.
// Told as JSON on the command line: `framework`, `middleware`, `port`, and what the middleware is set up with.

import { Agent, createServer } from 'node:http';
import connectModrewrite from 'connect-modrewrite';
import express from 'express';
import httpProxy from 'http-proxy';
import { forExpress, forNode } from '../../dist/adapters/index.js';
import { listen } from './listen.mjs';

const HELLO = 'Hello, world\n';

function answerHello(_request, response) {
  response.setHeader('Content-Type', 'text/plain');
  response.end(HELLO);
}

function refuse(_request, response) {
  response.statusCode = 404;
  response.end();
}

/** Options that both proxies on http-proxy take. */
function proxyOptions(backend) {
  return { target: `http://127.0.0.1:${backend}`, agent: new Agent({ keepAlive: true }), xfwd: true };
}

/** Name of a middleware → the function of request, response and next. */
const MIDDLEWARE = {
  none: () => (_request, _response, next) => next(),
  portico: ({ framework, configuration, root }) =>
    (framework === 'express' ? forExpress : forNode)({
      ...(configuration && { configuration }),
      ...(root && { root }),
    }),
  'connect-modrewrite': ({ rules }) => connectModrewrite(rules),
  'http-proxy-middleware': async ({ backend }) => {
    const { createProxyMiddleware } = await import('http-proxy-middleware');
    return createProxyMiddleware(proxyOptions(backend));
  },
  'http-proxy-middleware-4': async ({ backend }) => {
    const { createProxyMiddleware } = await import('http-proxy-middleware-4');
    return createProxyMiddleware(proxyOptions(backend));
  },
  'http-proxy': ({ backend }) => {
    const proxy = httpProxy.createProxyServer(proxyOptions(backend));
    return (request, response, next) => proxy.web(request, response, next);
  },
  'express.static': ({ htdocs }) => express.static(htdocs),
};

function inNode(middleware) {
  return (request, response) =>
    middleware(request, response, (error) => {
      if (error === undefined && request.url === '/app/hello') answerHello(request, response);
      else refuse(request, response);
    });
}

function inExpress(middleware) {
  const app = express();
  app.use(middleware);
  app.get('/app/hello', answerHello);
  app.use(refuse);
  return app;
}

const told = JSON.parse(process.argv[2]);
const middleware = await MIDDLEWARE[told.middleware](told);
await middleware.ready;
listen(createServer(told.framework === 'express' ? inExpress(middleware) : inNode(middleware)), told.port);
// An exit by a signal would leave no profile.
process.once('SIGTERM', () => process.exit());
