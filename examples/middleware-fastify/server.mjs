// An application of Fastify that keeps the .htaccess of the shop it has taken over: `npm i fastify portico`, then
// `node server.mjs`. docs/middleware-fastify.md tells the rest.
import { fileURLToPath } from 'node:url';
import Fastify from 'fastify';
import { forFastify } from 'portico/middleware';

const root = fileURLToPath(new URL('public', import.meta.url));
const app = Fastify();

// Before other plugins: files of public/ are served, and public/.htaccess is obeyed.
const rules = forFastify({ root });
await app.register(rules);
// WebSockets that rules proxy.
app.server.on('upgrade', rules.upgrade);

// What /product.php?id=7 and /7-hammer have become.
app.get('/products/:id', ({ params, query, originalUrl }) => ({ ...params, query, askedFor: originalUrl }));
// Bodies are parsed behind the rules.
app.post('/orders', async ({ body }, reply) => reply.code(201).send({ ordered: body }));
// The page of error 403.
app.get('/pages/staff', (_request, reply) => reply.type('text/html').send('<h1>Staff only</h1>'));

const { PORT = '3000' } = process.env;
console.log(`listening on ${await app.listen({ port: Number(PORT), host: '127.0.0.1' })}`);

// The rules end with the application.
process.once('SIGTERM', () => void app.close());
