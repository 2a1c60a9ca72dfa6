// An application of Hono's that keeps the .htaccess of the site it has taken over: `npm i hono @hono/node-server portico`,
// then `node server.mjs`. docs/middleware-hono.md tells the rest.
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { forHono } from 'portico/middleware';

const root = fileURLToPath(new URL('public', import.meta.url));
const app = new Hono();

// In front of everything else: files of public/ are served, and public/.htaccess is obeyed.
const rules = forHono({ app, root });
app.use(rules);

// What /article/7 and /index.php?article=7 have become.
app.get('/articles/:id', (c) =>
  c.json({
    id: c.req.param('id'),
    query: c.req.query(),
    askedFor: c.get('portico').originalUrl,
    // Apache's name for a variable of a rule of .htaccess that has changed the URL.
    season: c.get('portico').environment.get('REDIRECT_SEASON'),
  }),
);
// The page of error 403.
app.get('/pages/closed', (c) => c.html('<h1>Closed until spring</h1>'));
app.notFound((c) => c.text('The application has no such page.\n', 404));

const { PORT = '3000' } = process.env;
const server = serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' }, ({ port }) =>
  console.log(`listening on http://127.0.0.1:${port}`),
);
// WebSockets that rules proxy.
server.on('upgrade', rules.upgrade);

process.once('SIGTERM', () => {
  server.close(() => void rules.close());
  server.closeIdleConnections();
  // The server waits for WebSockets.
  rules.endTunnels();
});
