// The rules inside real Express 5.

import { createServer, type Server } from 'node:http';
import { Readable } from 'node:stream';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import multer from 'multer';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { forExpress, type MiddlewareOptions, type NodeMiddleware } from '../../src/adapters/index.ts';
import { startWebSocketBackend } from '../support/websocket-backend.ts';
import { openClient } from '../support/websocket-client.ts';
import { ask } from './ask.ts';
import { digestOf } from './backend.ts';
import { listen } from './listen.ts';
import { backendOf, folderOf, later, type Program, quiet } from './scene.ts';
import { situations } from './situations.ts';

const answerError: ErrorRequestHandler = (
  error: Error & { status?: number; code?: string },
  _request,
  response,
  _next,
) => {
  response.status(error.status ?? 500).send(`handled ${error.code ?? error.message}`);
};

function serverOf(app: Express, rules: NodeMiddleware): Server {
  const server = createServer(app);
  server.on('upgrade', rules.upgrade);
  return server;
}

/** The routes that the situations ask for, as a router of Express. */
function addRoutes(app: Express): void {
  app.get('/new', (request, response) => void response.end(`new ${request.url.split('?')[1] ?? ''}`));
  app.post('/upload', async (request, response) => void response.end(`app ${await digestOf(request)}`));
  app.get('/stream', (_request, response) => void Readable.from(['one ', 'two ', 'three']).pipe(response));
  app.get(
    '/own',
    (_request, response) => void response.cookie('own', '1', { path: '' }).set('X-Own', '1').end('own'),
  );
  app.get('/sorry', (_request, response) => void response.end('sorry'));
  app.get('/fail', () => {
    throw new Error('deliberate');
  });
}

function start(options: MiddlewareOptions): Promise<Program> {
  const rules = forExpress(options);
  const app = express();
  app.use(rules);
  addRoutes(app);
  app.use(answerError);
  return listen(serverOf(app, rules), rules);
}

describe('what rules are used for, in Express', () => situations(start));

/** A program with rules, closed after the test. */
async function withRules(
  options: MiddlewareOptions,
  build: (app: Express, rules: NodeMiddleware) => void,
): Promise<number> {
  const rules = forExpress({ log: quiet, ...options });
  const app = express();
  build(app, rules);
  app.use(answerError);
  return later(await listen(serverOf(app, rules), rules)).port;
}

const tellUrl = (request: Request, response: Response): void => {
  response.send(`app ${request.baseUrl}|${request.url}|${request.originalUrl}`);
};

describe('mounted in Express', () => {
  const shop = () =>
    folderOf({
      '.htaccess':
        'RewriteEngine on\nRewriteRule ^old$ new?a=b\nRewriteRule ^away$ moved [R]\nRewriteRule ^out$ /outside\n',
      'a.txt': 'a file\n',
      'sub/b.txt': 'b\n',
    });

  test('a mount is where the folder stands', async () => {
    const root = await shop();
    const port = await withRules({ root }, (app, rules) => {
      app.use('/shop', rules);
      app.use('/shop', tellUrl);
      app.use(tellUrl);
    });
    const bodies: string[] = [];
    for (const path of ['/shop/a.txt', '/shop/old', '/shop/x?y', '/a.txt', '/shopping', '/shop/'])
      bodies.push((await ask(port, path)).body);
    expect(bodies).toEqual([
      'a file\n',
      'app /shop|/new?a=b|/shop/old',
      'app /shop|/x?y|/shop/x?y',
      'app |/a.txt|/a.txt',
      'app |/shopping|/shopping',
      'app /shop|/|/shop/',
    ]);
  });

  test('redirects name the whole path: of the folder, and of folders below it', async () => {
    const root = await shop();
    const port = await withRules({ root, configuration: '' }, (app, rules) => app.use('/shop', rules));
    const locations: unknown[] = [];
    for (const path of ['/shop', '/shop/sub']) locations.push((await ask(port, path)).headers.location);
    expect(locations).toEqual([`http://127.0.0.1:${port}/shop/`, `http://127.0.0.1:${port}/shop/sub/`]);
  });

  test('a rule that leads out of the mount is an error that says so', async () => {
    const root = await shop();
    const port = await withRules({ root }, (app, rules) => app.use('/shop', rules));
    const out = await ask(port, '/shop/out');
    expect([out.status, out.body]).toEqual([500, 'handled ERR_PORTICO_LEFT_MOUNT']);
  });

  test('routers and parameters may stand around it', async () => {
    const root = await shop();
    const port = await withRules({ root }, (app, rules) => {
      const router = express.Router({ mergeParams: true });
      router.use('/files', rules);
      router.use(tellUrl);
      app.use('/users/:name', router);
    });
    expect((await ask(port, '/users/anna/files/a.txt')).body).toBe('a file\n');
    expect((await ask(port, '/users/bob/files/old')).body).toBe(
      'app /users/bob|/files/new?a=b|/users/bob/files/old',
    );
  });
});

describe('bodies that were read before', () => {
  const proxyTo = (port: number): MiddlewareOptions => ({
    configuration: `ProxyPass /api http://127.0.0.1:${port}\n`,
  });

  const digest = (body: string): Promise<string> => digestOf(Readable.from([body]));

  test('are sent on from what express.json, text, raw and urlencoded have left', async () => {
    const backend = await backendOf();
    const port = await withRules(proxyTo(backend.port), (app, rules) => {
      app.use(express.json(), express.text(), express.raw(), express.urlencoded());
      app.use(rules);
    });
    for (const [type, body] of [
      ['application/json', '{"a":100,"b":["é",null,1.5]}'],
      ['application/json; charset=utf-8', '[]'],
      ['text/plain', 'plain – text'],
      ['application/octet-stream', '\x00\x01\xff'],
      ['application/x-www-form-urlencoded', 'mail=a%40b.test&name=Anna+B'],
      ['application/json', ''],
    ]) {
      const answer = await ask(port, '/api/x', {
        method: 'POST',
        headers: { 'Content-Type': type! },
        body: body!,
      });
      expect([type, answer.body]).toEqual([type, `POST /x ${await digest(body!)}\n`]);
    }
  });

  test('are sent on byte for byte where the parser keeps them', async () => {
    const backend = await backendOf();
    const port = await withRules(proxyTo(backend.port), (app, rules) => {
      app.use(
        express.json({
          verify(request, _response, bytes) {
            Object.assign(request, { rawBody: bytes });
          },
        }),
      );
      app.use(rules);
    });
    const body = '{ "a" : 1e2,\n "a": 3 }';
    const headers = { 'Content-Type': 'application/json' };
    expect((await ask(port, '/api/x', { method: 'POST', headers, body })).body).toBe(
      `POST /x ${await digest(body)}\n`,
    );
  });

  test('fail at once, with words that help, where they are lost', async () => {
    const backend = await backendOf();
    const errors: Error[] = [];
    const port = await withRules(proxyTo(backend.port), (app, rules) => {
      app.use(express.json(), multer().any());
      app.use(rules);
      app.use(((error, _request, _response, next) => {
        errors.push(error as Error);
        next(error);
      }) as ErrorRequestHandler);
    });
    for (const [type, body] of [
      ['application/json', '{ "a" : 1 }'],
      ['application/json', '{"id":12345678901234567890}'],
      [
        'multipart/form-data; boundary=b',
        '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n',
      ],
    ]) {
      const answer = await ask(port, '/api/x', {
        method: 'POST',
        headers: { 'Content-Type': type! },
        body: body!,
      });
      expect([type, answer.status, answer.body]).toEqual([type, 500, 'handled ERR_PORTICO_BODY_CONSUMED']);
    }
    expect(errors[0]!.message).toContain('in front of the body parser');
    expect(backend.connections).toBe(0);
  });

  test('are of no interest to files, redirects and routes', async () => {
    const root = await folderOf({
      '.htaccess': 'Redirect 301 /moved /new\nRewriteEngine on\nRewriteRule ^put$ take\n',
      'a.txt': 'a\n',
    });
    const port = await withRules({ root }, (app, rules) => {
      app.use(express.json());
      app.use(rules);
      app.post('/take', (request, response) => void response.json(request.body));
    });
    const asking = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{ "a": 1 }' };
    expect((await ask(port, '/put', asking)).body).toBe('{"a":1}');
    expect((await ask(port, '/moved', asking)).status).toBe(301);
  });

  test('parsers behind the rules find them unread', async () => {
    const port = await withRules(
      { configuration: 'RewriteEngine on\nRewriteRule ^/put$ /take\n' },
      (app, rules) => {
        app.use(rules);
        app.use(express.json());
        app.post('/take', (request, response) => void response.json(request.body));
      },
    );
    const asking = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{ "a": [1, 2] }',
    };
    expect((await ask(port, '/put', asking)).body).toBe('{"a":[1,2]}');
  });
});

describe('beside what programs of Express have', () => {
  test('fields that were set before stay, and the answer of a rule takes the place of its own', async () => {
    const root = await folderOf({ 'a.txt': 'a\n', '.htaccess': 'Header set X-Frame-Options DENY\n' });
    const port = await withRules({ root }, (app, rules) => {
      app.use((_request, response, next) => {
        response.set({ 'X-Frame-Options': 'SAMEORIGIN', 'Access-Control-Allow-Origin': '*' });
        next();
      });
      app.use(rules);
      app.get('/route', (_request, response) => void response.send('route'));
    });
    for (const path of ['/a.txt', '/route']) {
      const { headers } = await ask(port, path);
      expect([
        headers['x-frame-options'],
        headers['access-control-allow-origin'],
        headers['x-powered-by'],
      ]).toEqual(['DENY', '*', 'Express']);
    }
  });

  test('views, redirects, JSON, conditional answers and downloads of Express work behind rules', async () => {
    const root = await folderOf({
      '.htaccess': 'RewriteEngine on\nRewriteRule ^r/(\\w+)$ $1\nHeader set X-Rules yes\n',
    });
    const files = await folderOf({ 'd.txt': 'download\n' });
    const port = await withRules({ root }, (app, rules) => {
      app.use(rules);
      app.get('/json', (_request, response) => void response.json({ a: 1 }));
      app.get('/redirect', (_request, response) => void response.redirect('/json'));
      app.get('/download', (_request, response) => void response.download(`${files}/d.txt`));
    });
    const json = await ask(port, '/r/json');
    expect([json.body, json.headers['x-rules']]).toEqual(['{"a":1}', 'yes']);
    const again = await ask(port, '/r/json', { headers: { 'If-None-Match': String(json.headers.etag) } });
    expect([again.status, again.headers['x-rules']]).toEqual([304, 'yes']);
    const redirect = await ask(port, '/r/redirect');
    expect([redirect.status, redirect.headers.location, redirect.headers['x-rules']]).toEqual([
      302,
      '/json',
      'yes',
    ]);
    const download = await ask(port, '/r/download', { headers: { Range: 'bytes=0-3' } });
    expect([download.status, download.body, download.headers['x-rules']]).toEqual([206, 'down', 'yes']);
  });

  test('a route that rules protect is protected in every spelling that a strict router knows', async () => {
    const build = (app: Express, rules: NodeMiddleware): void => {
      app.use(rules);
      app.get('/admin', (_request, response) => void response.send('in'));
    };
    const closed = '<Location "/admin">\nRequire ip 192.0.2.1\n</Location>\n';
    const strict = await withRules({ configuration: closed }, (app, rules) => {
      app.enable('case sensitive routing');
      build(app, rules);
    });
    const folded = await withRules(
      { configuration: '<LocationMatch "(?i)^/admin(/|$)">\nRequire ip 192.0.2.1\n</LocationMatch>\n' },
      build,
    );
    for (const path of ['/admin', '/%61dmin', '/admin/', '//admin', '/x/../admin', '/./admin?x']) {
      expect([path, (await ask(strict, path)).status]).toEqual([path, 403]);
      expect([path, (await ask(folded, path)).status]).toEqual([path, 403]);
    }
    expect((await ask(strict, '/ADMIN')).status).toBe(404);
    expect((await ask(folded, '/ADMIN')).status).toBe(403);
  });

  test('WebSockets of rules and those of the program live on one server', async () => {
    const backend = later(await startWebSocketBackend());
    const rules = forExpress({
      configuration: `ProxyPass /chat ws://127.0.0.1:${backend.port}/\n`,
      log: quiet,
    });
    const server = createServer(express().use(rules));
    const sockets = new WebSocketServer({ server, path: '/own' });
    sockets.on('connection', (client) => client.on('message', (data) => client.send(`own ${String(data)}`)));
    const handle = server.listeners('upgrade')[0] as (...upgrade: unknown[]) => void;
    server.removeAllListeners('upgrade');
    server.on('upgrade', async (request, socket, head) => {
      if (!(await rules.tryUpgrade(request, socket, head))) handle.call(server, request, socket, head);
    });
    const { port } = later(await listen(server, rules));
    for (const [path, said] of [
      ['/chat', 'hello'],
      ['/own', 'own hello'],
    ]) {
      const client = await openClient(`ws://127.0.0.1:${port}${path}`);
      expect((await client.ask('hello')).bytes.toString()).toBe(said);
      client.socket.close();
      await client.closed();
    }
    sockets.close();
  });

  test('the types of Express take it without a cast', () => {
    const rules = forExpress({ configuration: '', log: quiet });
    const app = express();
    app.use(rules);
    app.use('/x', rules);
    express.Router().get('/y', rules);
    expect(typeof rules.upgrade).toBe('function');
    return rules.close();
  });
});
