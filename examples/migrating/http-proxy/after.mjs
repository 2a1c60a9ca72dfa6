// The same door, written as in an Apache configuration.
import { createServer } from 'node:http';
import { forNode } from 'portico/middleware';

const { API, DOCS, LIVE, PORT = '3000' } = process.env;

const rules = forNode({
  configuration: `
    ProxyTimeout 5
    RequestHeader set X-Front "door"
    Header unset X-Powered-By
    ErrorDocument 503 "Back soon."

    RewriteEngine on
    RewriteCond %{HTTP:Upgrade} =websocket [NC]
    RewriteRule "^/(.*)$" "${LIVE.replace('http:', 'ws:')}/$1" [P]
    RewriteCond %{HTTP_HOST} ^docs\\.
    RewriteRule "^/(.*)$" "${DOCS}/pages/$1" [P]
    RewriteCond %{REQUEST_METHOD} =GET
    RewriteRule "^/item/(\\d+)$" "${API}/v1/items?id=$1" [P]

    ProxyPass "/api/" "${API}/v1/"
  `,
});

const server = createServer((request, response) =>
  rules(request, response, () => {
    response.statusCode = 404;
    response.end('no such page');
  }),
);
server.on('upgrade', rules.upgrade);

server.listen(Number(PORT), '127.0.0.1', () =>
  console.log(`listening on http://127.0.0.1:${server.address().port}`),
);
