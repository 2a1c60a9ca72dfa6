// http-proxy with an agent that keeps its connections.

import { Agent, createServer } from 'node:http';
import httpProxy from 'http-proxy';
import { listen } from './listen.mjs';

const [port, backend] = process.argv.slice(2).map(Number);
const proxy = httpProxy.createProxyServer({
  target: { host: '127.0.0.1', port: backend },
  agent: new Agent({ keepAlive: true }),
  xfwd: true,
});
proxy.on('error', (_error, _request, response) => response.destroy());
listen(
  createServer((request, response) => proxy.web(request, response)),
  port,
);
