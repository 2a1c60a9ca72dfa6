// The demo's application: a small server that knows nothing of the front door but what X-Forwarded-* tell it.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

const port = Number(process.env.PORT ?? 8000);

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** What the application knows of its client, seen through the front door. */
function clientFacts(request: IncomingMessage): [string, string][] {
  const header = (name: string): string => String(request.headers[name] ?? '(not sent)');
  return [
    ['Request', `${request.method} ${request.url}`],
    ['Original Host', header('x-forwarded-host')],
    ['Client address', header('x-forwarded-for')],
    ['Scheme', header('x-forwarded-proto')],
    ['Front door', header('x-forwarded-server')],
    ['Own Host', header('host')],
  ];
}

function drawPage(request: IncomingMessage): string {
  const rows = clientFacts(request).map(
    ([name, value]) => `<tr><th>${name}</th><td><code>${escapeHtml(value)}</code></td></tr>`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>The application</title><link rel="stylesheet" href="/static/style.css"></head>
<body>
<h1>The application is up</h1>
<p>It listens on port ${port} of this machine and was reached through portico. This is what it knows of you:</p>
<table>
${rows.join('\n')}
</table>
<p>The style sheet of this page is a static file: portico serves it, the application never sees that request.</p>
</body>
</html>
`;
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/hello') {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 13 });
    response.end('Hello, world\n');
    return;
  }
  const page = Buffer.from(drawPage(request));
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': page.length });
  response.end(page);
}

const server = createServer(handle);
// A second visitor may have started the application already: there is nothing left to do then.
server.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EADDRINUSE') process.exit(0);
  throw error;
});
server.listen(port, '127.0.0.1');
