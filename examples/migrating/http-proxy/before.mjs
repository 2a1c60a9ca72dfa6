// One door for three backends: node:http and http-proxy.
import { createServer } from 'node:http';
import httpProxy from 'http-proxy';

const { API, DOCS, LIVE, PORT = '3000' } = process.env;

const proxy = httpProxy.createProxyServer({ changeOrigin: true, xfwd: true, proxyTimeout: 5000 });

proxy.on('proxyReq', (proxyReq) => proxyReq.setHeader('X-Front', 'door'));
proxy.on('proxyRes', (proxyRes) => {
  delete proxyRes.headers['x-powered-by'];
});
proxy.on('error', (_error, _request, response) => {
  if (response.writeHead === undefined) return response.destroy();
  response.writeHead(503, { 'Content-Type': 'text/html' });
  return response.end('Back soon.');
});

const server = createServer((request, response) => {
  const { host = '' } = request.headers;
  if (host.startsWith('docs.')) {
    proxy.web(request, response, { target: `${DOCS}/pages` });
  } else if (request.method === 'GET' && /^\/item\/\d+$/.test(request.url)) {
    request.url = request.url.replace('/item/', '/v1/items?id=');
    proxy.web(request, response, { target: API });
  } else if (request.url.startsWith('/api/')) {
    request.url = request.url.replace('/api/', '/v1/');
    proxy.web(request, response, { target: API });
  } else {
    response.statusCode = 404;
    response.end('no such page');
  }
});
server.on('upgrade', (request, socket, head) => proxy.ws(request, socket, head, { target: LIVE }));

server.listen(Number(PORT), '127.0.0.1', () =>
  console.log(`listening on http://127.0.0.1:${server.address().port}`),
);
