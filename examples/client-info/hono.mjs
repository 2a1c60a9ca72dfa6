// Hono 4 with portico/client-info. Run: npm install hono @hono/node-server && node hono.mjs (PORT=8000)
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { honoClientInfo } from 'portico/client-info';

const app = new Hono();
app.use(honoClientInfo({ trust: ['loopback'] }));

app.get('/', (c) => {
  const info = c.get('clientInfo');
  return c.text(`You are ${info.address ?? 'unknown'} and asked ${info.url('/')}\n`);
});

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 8000), hostname: '127.0.0.1' }, ({ port }) => {
  console.log(`listening on port ${port}`);
});
