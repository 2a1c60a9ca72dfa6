// CommonJS with portico/client-info: Node 20.19 and newer requires ES modules. Run: node common-js.cjs (PORT=8000)
const { createServer } = require('node:http');
const { createClientInfo } = require('portico/client-info');

const clientInfo = createClientInfo({ trust: ['loopback'] });

const server = createServer((request, response) => {
  const info = clientInfo(request);
  response.setHeader('Content-Type', 'text/plain');
  response.end(`You are ${info.address ?? 'unknown'} and asked ${info.url('/')}\n`);
});

server.listen(Number(process.env.PORT ?? 8000), '127.0.0.1', () => {
  console.log(`listening on port ${server.address().port}`);
});
