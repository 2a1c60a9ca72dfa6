// An application of Koa in front of an older one that still answers part of the URLs, with the rules of the server that stood
// there: `npm i koa @koa/router @koa/bodyparser portico`, then `node server.mjs`. docs/middleware-koa.md tells the rest.
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import Koa from 'koa';
import { forKoa } from 'portico/middleware';

// The older application; mostly it runs elsewhere.
const older = createServer((request, response) => response.end(`the older application: ${request.url}\n`));
await new Promise((resolve) => older.listen(0, '127.0.0.1', () => resolve(undefined)));

const rules = forKoa({
  root: fileURLToPath(new URL('public', import.meta.url)),
  configuration: `ProxyPass "/reports" "http://127.0.0.1:${older.address().port}/r"`,
});

const router = new Router();
router.get('/notes/:id', (ctx) => {
  ctx.body = { ...ctx.params, askedFor: ctx.originalUrl };
});
router.post('/notes', (ctx) => {
  ctx.status = 201;
  ctx.body = { noted: ctx.request.body };
});

const app = new Koa();
// In front of the rules: it sees the end of every answer, whoever gives it.
app.use(async (ctx, next) => {
  await next();
  console.log(`${ctx.method} ${ctx.originalUrl} ${ctx.status}`);
});
// In front of the parser: what goes to the older application is sent on as it comes.
app.use(rules);
app.use(bodyParser());
app.use(router.routes());

const server = createServer(app.callback());
// WebSockets that rules proxy.
server.on('upgrade', rules.upgrade);

const { PORT = '3000' } = process.env;
server.listen(Number(PORT), '127.0.0.1', () =>
  console.log(`listening on http://127.0.0.1:${server.address().port}`),
);

process.once('SIGTERM', () => {
  server.close(async () => {
    await rules.close();
    older.close();
  });
  server.closeIdleConnections();
  // The server waits for WebSockets.
  rules.endTunnels();
});
