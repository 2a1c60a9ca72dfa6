// Rules before a server of node:http, which is asked once.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { compile } from 'portico/rewrite';

const ids = new Map([
  ['ada', '1'],
  ['grace', '2'],
]);

const engine = compile(
  `RewriteEngine On
RewriteRule ^/user/(\\d+)$ /profile?id=$1 [QSA]
RewriteRule ^/home$ / [R=301]
RewriteMap names txt:names.txt
RewriteRule ^/by-name/(\\w+)$ /profile?id=\${names:$1|0}
`,
  { context: 'server', maps: { names: async (name) => ids.get(name) } },
);

const server = createServer(async (request, response) => {
  const result = await engine.evaluateAsync(request);
  if (result.kind === 'redirect') response.writeHead(result.status, { location: result.location }).end();
  else if (result.kind === 'rewritten' || result.kind === 'unchanged') response.end(`page ${result.url}\n`);
  else response.writeHead('status' in result ? result.status : 404).end();
});

await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
for (const path of ['/user/7?tab=2', '/by-name/grace', '/about'])
  console.log(path, '->', (await (await fetch(`http://127.0.0.1:${port}${path}`)).text()).trim());
server.close();
