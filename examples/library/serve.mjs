// An application and the front door before it, in one process.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Machine, modules, readSite, startServer } from 'portico';

const application = createServer((request, response) => response.end(`the application: ${request.url}`));
await once(application.listen(0, '127.0.0.1'), 'listening');
const { port } = /** @type {import('node:net').AddressInfo} */ (application.address());

const text = `
  ServerName www.example.test
  RewriteEngine On
  RewriteRule ^/old/(.*)$ http://127.0.0.1:${port}/new/$1 [P]
`;
const machine = new Machine((trouble) => console.error(trouble));
const server = await startServer({
  modules,
  machine,
  read: () => readSite({ sources: [{ name: 'site.conf', text }], modules, io: machine, serverRoot: '/srv' }),
  listens: [{ host: '127.0.0.1', port: 0 }],
});

for (const path of ['/old/shoes?size=42', '/elsewhere']) {
  const answer = await fetch(server.urls[0] + path);
  console.log(`${path}: ${answer.status} ${answer.status === 200 ? await answer.text() : ''}`);
}

await server.stop();
application.close();
