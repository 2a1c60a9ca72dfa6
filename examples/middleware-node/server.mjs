// A program on node:http with Apache's rules in front: `npm i portico`, then `node server.mjs`. docs/middleware-node.md tells
// the rest.
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { forNode } from 'portico/middleware';

const rules = forNode({
  root: fileURLToPath(new URL('public', import.meta.url)),
  // Lines of httpd.conf: the whole path, with a slash in front.
  configuration: `
    RewriteEngine on
    RewriteRule "^/v1/(.*)" "/api/$1?version=1" [QSA]
    <Location "/api/internal">
        Require local
    </Location>
  `,
});

const server = createServer((request, response) => {
  rules(request, response, (error) => {
    if (error !== undefined) {
      response.writeHead(500).end('something is wrong with the rules\n');
      return;
    }
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    const found = pathname.startsWith('/api/');
    response.writeHead(found ? 200 : 404, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(found ? { path: pathname, version: searchParams.get('version') } : null));
  });
});
server.on('upgrade', rules.upgrade);

const { PORT = '3000' } = process.env;
server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});

process.once('SIGTERM', () => {
  server.close(() => void rules.close());
  server.closeIdleConnections();
  // The server waits for WebSockets.
  rules.endTunnels();
});
