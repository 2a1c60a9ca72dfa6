// A shop with an API and WebSockets behind it: Express and http-proxy-middleware.
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

const { API, LIVE, PORT = '3000' } = process.env;

const api = createProxyMiddleware({
  target: API,
  pathFilter: '/api/',
  pathRewrite: { '^/api/': '/v1/' },
  changeOrigin: true,
  xfwd: true,
  proxyTimeout: 5000,
  headers: { 'X-Front': 'shop' },
  cookieDomainRewrite: { 'api.internal': 'shop.example' },
  cookiePathRewrite: { '/v1/': '/api/' },
  on: {
    proxyReq: (proxyReq) => proxyReq.removeHeader('Cookie'),
    proxyRes: (proxyRes, request) => {
      const { headers } = proxyRes;
      delete headers['x-powered-by'];
      headers['x-content-type-options'] = 'nosniff';
      headers.location = headers.location?.replace(`${API}/v1/`, `http://${request.headers.host}/api/`);
    },
    error: (_error, _request, response) => {
      response.writeHead(503, { 'Content-Type': 'text/html' });
      response.end('The API is away.');
    },
  },
});
const live = createProxyMiddleware({ target: LIVE, pathFilter: '/live', changeOrigin: true, ws: true });

const app = express();
app.use(api);
app.use(live);
app.get('/', (_request, response) => void response.send('the shop'));

const server = app.listen(Number(PORT), '127.0.0.1', () =>
  console.log(`listening on http://127.0.0.1:${server.address().port}`),
);
server.on('upgrade', live.upgrade);
