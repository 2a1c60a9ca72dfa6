// node:http with portico/client-info. Run: node node-http.mjs (PORT=8000)
import { createServer } from 'node:http';
import { createClientInfo } from 'portico/client-info';

const clientInfo = createClientInfo({ trust: ['loopback'] });

const server = createServer((request, response) => {
  const info = clientInfo(request);
  response.setHeader('Content-Type', 'text/plain');
  response.end(`You are ${info.address ?? 'unknown'} and asked ${info.url('/')}\n`);
});

server.listen(Number(process.env.PORT ?? 8000), '127.0.0.1', () => {
  console.log(`listening on port ${server.address().port}`);
});
