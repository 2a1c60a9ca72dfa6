// Rules in front of fetch: a service worker or an edge function, tried out here with a few requests.
import { compile } from 'portico/rewrite';

const engine = compile(`RewriteEngine On
RewriteRule ^docs/(.*)$ https://docs.example.org/$1 [P]
RewriteRule ^blog/?$ /articles/ [R=308,L]
RewriteRule ^secret - [F]
RewriteRule ^(?!app/)(.*)$ /app/$1 [L]
`);

/**
 * @param {Request} request
 * @param {(url: string) => Promise<Response>} load
 */
async function handle(request, load) {
  const result = engine.evaluate(request);
  switch (result.kind) {
    case 'redirect':
      return new Response(null, { status: result.status, headers: { location: result.location } });
    case 'proxy':
      return load(result.url);
    case 'status':
    case 'loop':
      return new Response(null, { status: result.status });
    case 'file':
      return new Response(null, { status: 404 });
    default:
      return load(new URL(result.url, request.url).href);
  }
}

// In a worker: addEventListener('fetch', (event) => event.respondWith(handle(event.request, fetch)));
const load = async (/** @type {string} */ url) => new Response(`loaded ${url}`);
for (const path of ['/docs/a?x=1', '/blog', '/secret', '/page?x=1']) {
  const response = await handle(new Request(`https://example.com${path}`), load);
  console.log(path, response.status, response.headers.get('location') ?? (await response.text()));
}
