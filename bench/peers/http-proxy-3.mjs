// http-proxy-3 with an agent that keeps its connections.

import { Agent, createServer } from 'node:http';
import { createProxyServer } from 'http-proxy-3';
import { listen } from './listen.mjs';

const [port, backend] = process.argv.slice(2).map(Number);
const proxy = createProxyServer({
  target: { host: '127.0.0.1', port: backend },
  agent: new Agent({ keepAlive: true }),
  xfwd: true,
});
proxy.on('error', (_error, _request, response) => response.destroy());
listen(
  createServer((request, response) => proxy.web(request, response)),
  port,
);
