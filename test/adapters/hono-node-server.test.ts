// What the rules know of a request that @hono/node-server has brought, and of one without a connection.
import { readFileSync } from 'node:fs';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { createServer as createSecureServer, get } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { upgradeWebSocket, type WebSocketServerLike } from '@hono/node-server';
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { issue } from '../support/certificates.ts';
import { createRawClient, type RawAnswer } from '../support/raw-client.ts';
import { until } from '../support/scene.ts';
import { startWebSocketBackend } from '../support/websocket-backend.ts';
import { openClient } from '../support/websocket-client.ts';
import {
  appWith,
  atEnd,
  backend,
  type Env,
  endTests,
  folderOf,
  htaccess,
  listen,
  rulesFor,
} from './hono-scene.ts';

endTests();

/** Sends bytes and answers what comes back. */
async function send(port: number, head: string, body = ''): Promise<RawAnswer> {
  const client = createRawClient(port);
  atEnd(() => client.close());
  const [method = ''] = head.split(' ', 1);
  const bytes = Buffer.from(`${head.replaceAll('\n', '\r\n')}\r\n\r\n${body}`, 'latin1');
  const [outcome] = await client.send({ bytes, method });
  if (outcome?.kind !== 'answer') throw new Error(`no answer: ${outcome?.kind}`);
  return outcome;
}

/** A backend that says what it was sent, byte for byte but for the lines of the proxy. */
async function mirror(): Promise<number> {
  return backend((request, response) => {
    let body = '';
    request.setEncoding('latin1');
    request.on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const fields = request.rawHeaders.flatMap((name, at, all) =>
        at % 2 === 0 ? [`${name}: ${all[at + 1]}`] : [],
      );
      response.end(
        Buffer.from([`${request.method} ${request.url}`, ...fields, '', body].join('\n'), 'latin1'),
      );
    });
  });
}

it('lets rules see the target as it was sent, and changes no byte of it on the way to a backend', async () => {
  const app = appWith(
    htaccess(
      'RewriteEngine On',
      'RewriteCond %{THE_REQUEST} "^GET (/in/\\S*) HTTP"',
      'RewriteRule ^in/ - [E=SENT:%1]',
    ),
  );
  app.get('*', (c) =>
    c.text(`${c.get('portico')?.environment.get('SENT')} ${c.get('portico')?.originalUrl}`),
  );
  const { port } = await listen({ fetch: app.fetch });
  for (const target of ['/in/a%2Fb/../c?x=%zz&y=|"', '/in/%7Ea//b?', "/in/'[x]^"])
    expect((await send(port, `GET ${target} HTTP/1.1\nHost: h`)).body).toBe(`${target} ${target}`);
});

it('sends fields on as they are spelled, bytes as they are, and the body of a GET', async () => {
  const root = folderOf({});
  const proxied = await mirror();
  const app = appWith({
    root,
    configuration: `ProxyPass /api http://127.0.0.1:${proxied}/b nocanon`,
  });
  const { port } = await listen({ fetch: app.fetch });
  const answer = await send(
    port,
    'GET /api/a%2fb?q=%fc HTTP/1.1\nHost: h\nX-MiXed: \xfc\nx-two: 1\nCookie: a=1\nContent-Length: 4',
    'body',
  );
  expect(answer.body).toContain('GET /b/a%2fb?q=%fc\n');
  expect(answer.body).toContain('\nX-MiXed: \xfc\nx-two: 1\nCookie: a=1\n');
  expect(answer.body).toMatch(/\n\nbody$/);
});

it('keeps the bytes of a query on the way to another route', async () => {
  const app = appWith(htaccess('RewriteEngine On', 'RewriteRule ^old /new/\u00e4?n=\u00e4 [QSA,NE]'));
  app.get('/new/*', (c) => c.text(c.req.url.replace(/^.*?\/new/, '')));
  const { port } = await listen({ fetch: app.fetch });
  const answer = await send(port, 'GET /old?a=%fc&b=%23 HTTP/1.1\nHost: h');
  expect(answer.body).toBe('/%c3%a4?n=%C3%A4&a=%fc&b=%23');
});

it('knows the client, its own address and the scheme', async () => {
  const rules = htaccess(
    'RewriteEngine On',
    'RewriteRule ^who - [E=WHO:%{REMOTE_ADDR}|%{SERVER_ADDR}|%{HTTPS}|%{REQUEST_SCHEME}]',
    '<If "%{REQUEST_URI} == \'/here\'">',
    'Require ip 127.0.0.1',
    '</If>',
    '<If "%{REQUEST_URI} == \'/near\'">',
    'Require local',
    '</If>',
  );
  const who = (app: Hono<Env>) =>
    app.all('*', (c) => c.text(c.get('portico')?.environment.get('WHO') ?? 'none'));
  const app = appWith(rules);
  who(app);
  const { port } = await listen({ fetch: app.fetch });
  expect((await send(port, 'GET /who HTTP/1.1\nHost: h')).body).toBe('127.0.0.1|127.0.0.1|off|http');
  expect((await send(port, 'GET /here HTTP/1.1\nHost: h')).status).toBe(200);
  expect((await send(port, 'GET /near HTTP/1.1\nHost: h')).status).toBe(200);

  const { certificate, key } = issue({ name: 'h' });
  const tls = await listen({
    fetch: app.fetch,
    createServer: createSecureServer,
    serverOptions: { cert: certificate, key },
  });
  const answer = await new Promise<string>((resolve, reject) => {
    get(
      { port: tls.port, host: '127.0.0.1', path: '/who', rejectUnauthorized: false, agent: false },
      (response) => {
        response.setEncoding('utf8').on('data', resolve);
      },
    ).on('error', reject);
  });
  expect(answer).toBe('127.0.0.1|127.0.0.1|on|https');

  // Without a connection: the URL says what it says, and nobody has the address.
  expect(await (await app.request('https://h:8443/who')).text()).toBe('0.0.0.0|::|on|https');
  expect((await app.request('/here')).status).toBe(403);
  expect((await app.request('/near')).status).toBe(403);

  const told = appWith({ ...rules, connection: () => ({ remoteAddress: '127.0.0.1', remotePort: 1 }) });
  who(told);
  expect((await told.request('/here')).status).toBe(200);
  const wrong = appWith({ ...rules, connection: () => ({ remoteAddress: 'localhost' }) });
  wrong.onError((error, c) => c.text(error.message, 500));
  expect(await (await wrong.request('/here')).text()).toContain('"localhost", which is no IP address');
});

it('answers with the reason and the end of the connection that the server has', async () => {
  const app = appWith({ root: folderOf({ 'a.txt': 'abc' }), fallthrough: false });
  const { port } = await listen({ fetch: app.fetch });
  const range = await send(port, 'GET /a.txt HTTP/1.1\nHost: h\nRange: bytes=9-');
  expect([range.status, range.reason]).toEqual([416, 'Requested Range Not Satisfiable']);
  const bad = await send(port, 'GET /a.txt HTTP/1.1\nHost: h\nExpect: nothing');
  expect([bad.status, bad.reason]).toEqual([417, 'Expectation Failed']);
});

it('sends fields of its answers as they are spelled and repeated, and no type where there is none', async () => {
  const app = new Hono<Env>();
  app.use(async (c, next) => {
    await next();
    c.res.headers.append('x-b', 'outside');
    c.res.headers.set('x-outside', 'yes');
  });
  app.use('/replaced/*', async (c, next) => {
    await next();
    c.res = new Response('another', { status: 404 });
  });
  app.use(
    rulesFor(app, {
      root: folderOf({
        untyped: 'abc',
        '.htaccess':
          'Header add X-A 1\nHeader add X-A 2\nHeader set X-B b\nHeader add Set-Cookie a=1\nHeader add Set-Cookie b=2',
      }),
      fallthrough: false,
    }),
  );
  const { port } = await listen({ fetch: app.fetch });
  const answer = await send(port, 'GET /untyped HTTP/1.1\nHost: h');
  const fields = answer.headers.filter(([name]) => /^(?:x-|set-cookie|content-type|accept)/i.test(name));
  expect(fields.map((field) => field.join(': '))).toEqual([
    'Accept-Ranges: bytes',
    'X-A: 1',
    'X-A: 2',
    'Set-Cookie: a=1',
    'Set-Cookie: b=2',
    'x-b: b, outside',
    'x-outside: yes',
  ]);
  const replaced = await send(port, 'GET /replaced/x HTTP/1.1\nHost: h');
  expect([replaced.status, replaced.reason, replaced.body]).toEqual([404, 'Not Found', 'another']);
});

it('asks the application once where a client names the whole URL, and runs no middleware twice', async () => {
  const app = new Hono<Env>();
  let runs = 0;
  app.use(async (_c, next) => {
    runs += 1;
    await next();
  });
  app.use(rulesFor(app, { root: folderOf({}) }));
  app.get('/x', (c) => c.text(`${c.req.url} ${c.get('portico')?.originalUrl}`));
  const { port } = await listen({ fetch: app.fetch });
  const answer = await send(port, 'GET http://h/x?y HTTP/1.1\nHost: h');
  expect([answer.body, runs]).toEqual(['http://h/x?y http://h/x?y', 1]);
});

it('sends bytes of fields as they are, whatever the body is', async () => {
  const port = await backend((_request, response) => {
    response.setHeader('X-Name', '\xc3\xbc');
    response.write(Buffer.from('x'));
    setTimeout(() => response.end(), 50);
  });
  const app = appWith({
    configuration: `Header set X-Name \u00fc\nProxyPass /api http://127.0.0.1:${port}/`,
  });
  app.get('/text', (c) => c.text('x'));
  app.get('/stream', () => new Response(new Blob(['x']).stream()));
  const served = await listen({ fetch: app.fetch });
  for (const path of ['/text', '/stream', '/api', '/nowhere']) {
    const { headers } = await send(served.port, `GET ${path} HTTP/1.1\nHost: h`);
    // UTF-8 in the file, and the same bytes on the wire.
    expect(headers.find(([name]) => name.toLowerCase() === 'x-name')?.[1], path).toBe('\xc3\xbc');
  }
});

it('does not believe a backend that the answer was sent already', async () => {
  const port = await backend((_request, response) => {
    response.writeHead(204, { 'X-Hono-Already-Sent': 'true' });
    response.end();
  });
  const app = appWith({ configuration: `ProxyPass /api http://127.0.0.1:${port}/` });
  const served = await listen({ fetch: app.fetch, overrideGlobalObjects: false });
  expect((await send(served.port, 'GET /api HTTP/1.1\nHost: h')).status).toBe(204);
});

it('sends early hints of a backend', async () => {
  const port = await backend((_request, response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' });
    response.end('ok');
  });
  const app = appWith({ configuration: `ProxyPass /api http://127.0.0.1:${port}/` });
  const served = await listen({ fetch: app.fetch });
  const { interim, body } = await send(served.port, 'GET /api HTTP/1.1\nHost: h');
  expect([body, interim.map(({ status }) => status)]).toEqual(['ok', [103]]);
});

it('answers 500 for a status that no Response has', async () => {
  const port = await backend((_request, response) => {
    response.writeHead(999, 'Odd');
    response.end('odd');
  });
  const app = appWith({ configuration: `ProxyPass /api http://127.0.0.1:${port}/` });
  const served = await listen({ fetch: app.fetch });
  const { status, reason } = await send(served.port, 'GET /api HTTP/1.1\nHost: h');
  expect([status, reason]).toEqual([500, 'Internal Server Error']);
});

it('keeps a connection for one request after the other, bodies read or not', async () => {
  const app = appWith(htaccess('RewriteEngine On', 'RewriteRule ^no - [F]', 'RewriteRule ^old /new'));
  app.post('/new', async (c) => c.text(`${(await c.req.text()).length}`));
  const { port } = await listen({ fetch: app.fetch });
  const client = createRawClient(port);
  atEnd(() => client.close());
  const ports = new Set<number>();
  for (const [path, status] of [
    ['/old', 200],
    ['/no', 403],
    ['/old', 200],
    ['/no', 403],
  ] as const) {
    const bytes = Buffer.from(`POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n123456789`);
    const [outcome] = await client.send({ bytes, method: 'POST' });
    expect(outcome).toMatchObject({ kind: 'answer', status });
    ports.add(client.localPort());
  }
  expect(ports.size).toBe(1);
});

it('writes answers of the application to the access log when they are out', async () => {
  const root = folderOf({});
  const log = join(root, 'access.log');
  const app = appWith({
    root,
    configuration: `CustomLog ${log} "%m %U %>s %B %X"\nRewriteEngine On\nRewriteRule ^/old$ /new`,
  });
  app.get('/new', (c) => c.text('12345', 202));
  app.get('/cut', () => new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(10)) })));
  const { port } = await listen({ fetch: app.fetch });
  await send(port, 'GET /old HTTP/1.1\nHost: h');
  const socket = connect(port, '127.0.0.1', () => socket.write('GET /cut HTTP/1.1\r\nHost: h\r\n\r\n'));
  socket.once('data', () => socket.destroy());
  const lines = await until('both lines', () => {
    const text = readFileSync(log, 'utf8');
    return text.split('\n').length > 2 ? text : undefined;
  });
  expect(lines.split('\n')[0]).toBe('GET /old 202 5 +');
  expect(lines.split('\n')[1]).toMatch(/^GET \/cut 200 \d+ X$/);
});

it('ends with close() once requests under way are over', async () => {
  const app = new Hono<Env>();
  const rules = rulesFor(app, { root: folderOf({}) });
  await rules.ready;
  let release: (() => void) | undefined;
  app.use(rules);
  app.get('/slow', async (c) => {
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return c.text('slow');
  });
  const answer = Promise.resolve(app.request('/slow'));
  const end = await until('the route', () => release);
  let isClosed = false;
  const closing = rules.close().then(() => {
    isClosed = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(isClosed).toBe(false);
  end();
  expect(await (await answer).text()).toBe('slow');
  await closing;
});

it('proxies WebSockets that rules proxy, and leaves those of the application to it', async () => {
  const there = await startWebSocketBackend();
  atEnd(() => there.close());
  const app = new Hono<Env>();
  const rules = rulesFor(
    app,
    htaccess(
      'RewriteEngine On',
      'RewriteRule ^denied - [F]',
      `RewriteRule ^ws/(.*) ws://127.0.0.1:${there.port}/$1 [P]`,
    ),
  );
  let asked = 0;
  app.use(rules);
  app.get(
    '/own',
    upgradeWebSocket(() => ({ onMessage: (event, ws) => ws.send(`own ${event.data}`) })),
  );
  app.get('/denied', () => {
    asked += 1;
    return new Response('never');
  });
  const { port, server } = await listen({
    fetch: app.fetch,
    websocket: { server: new WebSocketServer({ noServer: true }) as WebSocketServerLike },
  });
  server.on('upgrade', rules.upgrade as never);
  for (const [path, answer] of [
    ['/ws/x', 'hello'],
    ['/own', 'own hello'],
  ] as const) {
    const client = await openClient(`ws://127.0.0.1:${port}${path}`);
    expect((await client.ask('hello')).bytes.toString()).toBe(answer);
    client.socket.close();
    await client.closed();
  }
  await expect(openClient(`ws://127.0.0.1:${port}/denied`)).rejects.toThrow('403');
  await expect(openClient(`ws://127.0.0.1:${port}/nowhere`)).rejects.toThrow('404');
  expect(asked).toBe(0);
});

it('guards WebSockets of the application without a listener of its own', async () => {
  const app = appWith(htaccess('RewriteEngine On', 'RewriteRule ^denied - [F]'));
  app.get(
    '/:name',
    upgradeWebSocket(() => ({ onMessage: (event, ws) => ws.send(`own ${event.data}`) })),
  );
  const { port } = await listen({
    fetch: app.fetch,
    websocket: { server: new WebSocketServer({ noServer: true }) as WebSocketServerLike },
  });
  const client = await openClient(`ws://127.0.0.1:${port}/own`);
  expect((await client.ask('hello')).bytes.toString()).toBe('own hello');
  client.socket.close();
  await client.closed();
  await expect(openClient(`ws://127.0.0.1:${port}/denied`)).rejects.toThrow('403');
});

it('serves over HTTP/2', async () => {
  const proxied = await mirror();
  const root = folderOf({ 'a.txt': 'file' });
  const app = appWith({
    root,
    configuration: `RewriteEngine On\nRewriteRule ^/old$ /new\nProxyPass /api http://127.0.0.1:${proxied}/b`,
  });
  app.post('/new', async (c) => c.text(`new ${await c.req.text()}`));
  const { port } = await listen({ fetch: app.fetch, createServer: createHttp2Server });
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  atEnd(() => session.destroy());
  const ask = async (fields: Record<string, string | string[]>, body?: string) => {
    const stream = session.request(fields, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    let text = '';
    stream.setEncoding('utf8');
    for await (const chunk of stream) text += chunk;
    return text;
  };
  expect(await ask({ ':path': '/a.txt' })).toBe('file');
  expect(await ask({ ':path': '/old', ':method': 'POST' }, 'body')).toBe('new body');
  const seen = await ask({ ':path': '/api/x', ':method': 'POST', cookie: ['a=1', 'b=2'] }, 'the body');
  expect(seen).toContain('POST /b/x\n');
  expect(seen).toContain('\ncookie: a=1; b=2\n');
  expect(seen).toMatch(/\n\nthe body$/);
});
