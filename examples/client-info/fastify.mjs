// Fastify 5 with portico/client-info. Run: npm install fastify && node fastify.mjs (PORT=8000)
import Fastify from 'fastify';
import { fastifyClientInfo } from 'portico/client-info';

const app = Fastify();
await app.register(fastifyClientInfo, { trust: ['loopback'] });

app.get('/', async (request, reply) => {
  const { clientInfo: info } = request;
  reply.type('text/plain');
  return `You are ${info.address ?? 'unknown'} and asked ${info.url('/')}\n`;
});

await app.listen({ port: Number(process.env.PORT ?? 8000), host: '127.0.0.1' });
console.log(`listening on port ${app.server.address().port}`);
