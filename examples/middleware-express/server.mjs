// An application of Express that keeps the .htaccess of the site it has taken over: `npm i express portico`, then
// `node server.mjs`. docs/middleware-express.md tells the rest.
import { fileURLToPath } from 'node:url';
import express from 'express';
import { forExpress } from 'portico/middleware';

const root = fileURLToPath(new URL('public', import.meta.url));
const app = express();

// Before body parsers and routes: files of public/ are served, and public/.htaccess is obeyed.
const rules = forExpress({ root });
app.use(rules);
app.use(express.json());

// What /index.php?page=about and /about.html have become.
app.get('/pages/:name', ({ params, originalUrl, portico }, response) => {
  response.json({ ...params, askedFor: originalUrl, from: portico.clientAddress });
});
app.post('/contact', ({ body }, response) => response.status(201).json({ received: body }));
// The page of error 404 is Express's own; that of 403 is a route.
app.get('/sorry', (_request, response) => response.type('html').send('<h1>Members only</h1>'));

const { PORT = '3000' } = process.env;
const server = app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
// WebSockets that rules proxy.
server.on('upgrade', rules.upgrade);

process.once('SIGTERM', () => {
  server.close(() => void rules.close());
  server.closeIdleConnections();
  // The server waits for WebSockets.
  rules.endTunnels();
});
