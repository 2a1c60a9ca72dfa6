// A web Request, as serverless platforms and other runtimes hand them out, with portico/client-info: the caller says
// which address the request came from. Run: node web-request.mjs
import { createClientInfo } from 'portico/client-info';

const clientInfo = createClientInfo({ trust: ['10.0.0.0/8'] });

export function handle(request, peerAddress) {
  const info = clientInfo(request, peerAddress);
  return new Response(`You are ${info.address ?? 'unknown'} and asked ${info.url('/')}\n`);
}

const request = new Request('http://app.internal:8000/', {
  headers: { 'X-Forwarded-For': '203.0.113.7', 'X-Forwarded-Host': 'shop.example' },
});
console.log('through a proxy: ', await handle(request, '10.0.0.1').text());
console.log('from a stranger: ', await handle(request, '198.51.100.9').text());
