// One proxy in a program of its own, for test/docs/migrating-traps.test.ts: KIND TARGET, and where parsers stand in front of it,
// `parsed`.

import { createServer } from 'node:http';
import express from 'express';
import httpProxy from 'http-proxy';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { forExpress } from 'portico/middleware';

const [kind, target, parsed] = process.argv.slice(2);

function ofHttpProxy() {
  const proxy = httpProxy.createProxyServer({ target });
  if (kind === 'http-proxy') proxy.on('error', (_error, _request, response) => response.destroy());
  const middleware = (request, response) => proxy.web(request, response);
  return { middleware, upgrade: (request, socket, head) => proxy.ws(request, socket, head) };
}

function ofHttpProxyMiddleware() {
  const middleware = createProxyMiddleware({ target, pathFilter: '/api', ws: true });
  return { middleware, upgrade: middleware.upgrade };
}

function ofPortico() {
  const middleware = forExpress({ configuration: `ProxyPass /api ${target}/api upgrade=websocket` });
  return { middleware, upgrade: middleware.upgrade };
}

const KINDS = {
  'http-proxy': ofHttpProxy,
  'http-proxy without a listener': ofHttpProxy,
  'http-proxy-middleware': ofHttpProxyMiddleware,
  portico: ofPortico,
};

const { middleware, upgrade } = KINDS[kind]();
const app = express();
if (parsed) app.use(express.json());
app.use(middleware);
app.use((_request, response) => void response.status(404).send('the program'));
const server = createServer(app);
server.on('upgrade', upgrade);
server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
