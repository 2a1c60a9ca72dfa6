// Koa 3 with portico/client-info. Run: npm install koa && node koa.mjs (PORT=8000)
import Koa from 'koa';
import { koaClientInfo } from 'portico/client-info';

const app = new Koa();
app.use(koaClientInfo({ trust: ['loopback'] }));

app.use((ctx) => {
  const { clientInfo: info } = ctx.state;
  ctx.type = 'text/plain';
  ctx.body = `You are ${info.address ?? 'unknown'} and asked ${info.url('/')}\n`;
});

const server = app.listen(Number(process.env.PORT ?? 8000), '127.0.0.1', () => {
  console.log(`listening on port ${server.address().port}`);
});
