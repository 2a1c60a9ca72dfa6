// The rules in programs on plain node:http.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  forNode,
  type MiddlewareOptions,
  type NodeMiddleware,
  RulesError,
} from '../../src/adapters/index.ts';
import { ask } from './ask.ts';
import { digestOf } from './backend.ts';
import { listen } from './listen.ts';
import { backendOf, folderOf, later, type Program } from './scene.ts';
import { situations } from './situations.ts';
import { situationsOnHttp2 } from './situations-http2.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

const ROUTES: { readonly [route: string]: Handler } = {
  'GET /new': (request, response) => void response.end(`new ${request.url!.split('?')[1] ?? ''}`),
  'POST /upload': async (request, response) => void response.end(`app ${await digestOf(request)}`),
  'GET /stream': (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    for (const word of ['one ', 'two ']) response.write(word);
    response.end('three');
  },
  'GET /own': (_request, response) => {
    response.setHeader('Set-Cookie', 'own=1');
    response.setHeader('X-Own', '1');
    response.end('own');
  },
  'GET /sorry': (_request, response) => void response.end('sorry'),
  'GET /fail': () => {
    throw new Error('deliberate');
  },
};

/** A small program of the kind that people write without a framework. */
function programWith(rules: NodeMiddleware): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const fail = (error: unknown): void => {
      response.statusCode = 500;
      response.end(`handled ${(error as Error).message}`);
    };
    rules(request, response, (error) => {
      if (error !== undefined) return fail(error);
      const path = request.url!.split('?')[0];
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      const handler = ROUTES[`${method} ${path}`];
      try {
        if (handler === undefined) {
          response.statusCode = 404;
          response.end();
        } else void handler(request, response);
      } catch (thrown) {
        fail(thrown);
      }
    });
  };
}

function start(options: MiddlewareOptions): Promise<Program> {
  const rules = forNode(options);
  const server = createServer(programWith(rules));
  server.on('upgrade', rules.upgrade);
  return listen(server, rules);
}

function startHttp2(options: MiddlewareOptions): Promise<Program> {
  const rules = forNode(options);
  const program = programWith(rules) as unknown as Parameters<typeof createHttp2Server>[1];
  return listen(createHttp2Server(program as never) as never, rules);
}

describe('what rules are used for, on node:http', () => situations(start));

describe('node:http2', () => situationsOnHttp2(startHttp2));

const quiet = (): void => undefined;

describe('without a next handler', () => {
  test('everything is answered as a server answers it', async () => {
    const root = await folderOf({ 'a.txt': 'a file\n' });
    const rules = forNode({ root, log: quiet });
    const { port } = later(
      await listen(
        createServer((request, response) => rules(request, response)),
        rules,
      ),
    );
    expect((await ask(port, '/a.txt')).body).toBe('a file\n');
    expect((await ask(port, '/none')).status).toBe(404);
    expect((await ask(port, '/a.txt', { method: 'DELETE' })).status).toBe(405);
  });
});

describe('options', () => {
  test.each([
    [{}, 'nothing to do'],
    [{ root: '/no/such/folder' }, 'is not a folder'],
    [{ root: '.', allowOverride: 'All\nRequire all granted' }, 'allowOverride'],
  ])('%j is refused', (options, message) => {
    expect(() => forNode(options)).toThrow(message);
    expect(() => forNode(options)).toThrow(TypeError);
  });

  test('a mistake in the configuration is shown with its line, at once', () => {
    const configuration = 'RewriteEngine on\nRewritRule ^/a$ /b\n';
    expect(() => forNode({ configuration })).toThrow(RulesError);
    expect(() => forNode({ configuration })).toThrow(/line 2 of configuration[\s\S]*RewritRule/);
  });

  test('what only a server can do is refused', async () => {
    const app = '<App shop>\nAppCommand "true"\nAppAddress http://127.0.0.1:1\n</App>\n';
    expect(() => forNode({ configuration: app })).toThrow('<App shop> cannot be started');
    const rules = forNode({ configuration: 'RemoteIPProxyProtocol On\n', log: quiet });
    await expect(rules.ready).rejects.toThrow('RemoteIPProxyProtocol has no effect');
    await rules.close();
  });

  test('files may be left to the program, and rules see them all the same', async () => {
    const root = await folderOf({
      '.htaccess': 'RewriteEngine on\nRewriteCond %{REQUEST_FILENAME} -f\nRewriteRule ^a.txt$ new?found\n',
      'a.txt': 'a file\n',
      'b.txt': 'b\n',
    });
    const { port } = later(await start({ root, files: false }));
    expect((await ask(port, '/a.txt')).body).toBe('new found');
    expect((await ask(port, '/b.txt')).status).toBe(404);
  });

  test('.htaccess files may be left alone', async () => {
    const root = await folderOf({ '.htaccess': 'Redirect 301 /a.txt /b.txt\n', 'a.txt': 'a file\n' });
    const { port } = later(await start({ root, allowOverride: 'None' }));
    expect((await ask(port, '/a.txt')).body).toBe('a file\n');
  });

  test('nothing outside of the folder is served, whatever a rule says', async () => {
    const root = await folderOf({ '.htaccess': '' });
    const configuration = 'RewriteEngine on\nRewriteRule ^/x/(.*) /etc/$1\n';
    const { port } = later(await start({ root, configuration, log: quiet }));
    expect((await ask(port, '/x/passwd')).status).toBe(403);
    expect((await ask(port, '/../../../../etc/passwd')).status).toBe(400);
  });
});

describe('rules that change', () => {
  test('a .htaccess counts from the next request on', async () => {
    const root = await folderOf({ '.htaccess': 'Redirect 301 /old /one\n' });
    const { port } = later(await start({ root }));
    expect((await ask(port, '/old')).headers.location).toMatch(/\/one$/);
    writeFileSync(join(root, '.htaccess'), 'Redirect 301 /old /number-two\n');
    expect((await ask(port, '/old')).headers.location).toMatch(/\/number-two$/);
    writeFileSync(join(root, '.htaccess'), 'Redirec 301 /old /three\n');
    expect((await ask(port, '/old')).status).toBe(500);
  });

  test('a configuration file is read again, with those it includes; one with mistakes changes nothing', async () => {
    const root = await folderOf({
      'rules.conf': 'Include more.conf\n',
      'more.conf': 'Redirect 301 /old /one\n',
    });
    const log: string[] = [];
    const { port } = later(
      await start({
        root,
        configurationFile: join(root, 'rules.conf'),
        log: (line) => void log.push(line),
      }),
    );
    const location = async (): Promise<string> => String((await ask(port, '/old')).headers.location);
    const until = async (path: string): Promise<void> => {
      for (let i = 0; i < 100 && !(await location()).endsWith(path); i += 1)
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await location()).toMatch(new RegExp(`${path}$`));
    };
    await until('/one');
    writeFileSync(join(root, 'more.conf'), 'Redirect 301 /old /number-two\n');
    await until('/number-two');
    writeFileSync(join(root, 'more.conf'), 'Redirec 301 /old /three\n');
    for (let i = 0; i < 100 && log.length === 0; i += 1) {
      await location();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(log.join('\n')).toContain('the old one stays in force');
    expect(log.join('\n')).toContain('Redirec');
    expect(await location()).toMatch(/\/number-two$/);
    writeFileSync(join(root, 'more.conf'), 'Redirect 301 /old /four\n');
    await until('/four');
  });
});

describe('what the program is told', () => {
  test('variables of rules, the user and the client', async () => {
    const root = await folderOf({
      '.htaccess': [
        'SetEnv PLACE here',
        'RewriteEngine on',
        'RewriteRule ^new$ - [E=KIND:new]',
        'RequestHeader set X-Rules yes',
        'RequestHeader unset X-Secret',
      ].join('\n'),
    });
    const configuration = 'RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 127.0.0.1\n';
    const rules = forNode({ root, configuration, log: quiet });
    const server = createServer((request, response) =>
      rules(request, response, () => {
        const { environment, clientAddress, originalUrl } = request.portico!;
        const facts = [environment.get('PLACE'), environment.get('KIND'), clientAddress, originalUrl];
        response.end([...facts, request.headers['x-rules'], request.headers['x-secret']].join(' '));
      }),
    );
    const { port } = later(await listen(server, rules));
    const headers = { 'X-Forwarded-For': '192.0.2.7', 'X-Secret': 'let me in' };
    expect((await ask(port, '/new', { headers })).body).toBe('here new 192.0.2.7 /new yes ');
  });

  test('a path that rules leave alone stays as it was sent', async () => {
    const rules = forNode({ configuration: 'RewriteEngine on\nRewriteRule ^/x$ /y\n', log: quiet });
    const server = createServer((request, response) =>
      rules(request, response, () => void response.end(request.url)),
    );
    const { port } = later(await listen(server, rules));
    for (const path of ['/a%2Fb', '/a//b', '/%7euser/%41?q=%41+b', '/a;b=c', '/caf%C3%A9'])
      expect((await ask(port, path)).body).toBe(path);
    expect((await ask(port, '/x?q')).body).toBe('/y?q');
  });

  test('an access log has the program’s answers, with status and length', async () => {
    const root = await folderOf({});
    const configuration = `CustomLog "${root}/access.log" "%m %U %>s %B"\n`;
    const program = await start({ root, configuration });
    await ask(program.port, '/new?x');
    await ask(program.port, '/nothing');
    await program.close();
    expect(readFileSync(join(root, 'access.log'), 'utf8')).toBe('GET /new 200 5\nGET /nothing 404 0\n');
  });
});

/** What a program prints, and how it ends. */
async function runProgram(file: string): Promise<string> {
  const child = spawn(process.execPath, [file], { timeout: 20_000 });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += String(chunk);
    });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return `${said}${code ?? signal}`;
}

describe('what must not happen', () => {
  test('a client that resets its connection at once does no harm', async () => {
    const { port } = later(await start({ root: await folderOf({ 'a.txt': 'a\n' }) }));
    for (let i = 0; i < 20; i += 1) {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write('GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n');
        socket.resetAndDestroy();
      });
      socket.on('error', quiet);
      await once(socket, 'close');
    }
    expect((await ask(port, '/a.txt')).body).toBe('a\n');
  });

  test('a backend that dies in the middle of an answer cuts that answer and nothing else', async () => {
    const dying = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
    });
    const backend = later(await listen(dying, { close: async () => undefined }));
    const { port } = later(
      await start({ configuration: `ProxyPass /api http://127.0.0.1:${backend.port}\n`, log: quiet }),
    );
    await expect(ask(port, '/api')).rejects.toThrow(/aborted|hang up/);
    expect((await ask(port, '/new')).status).toBe(200);
  });

  test('a program ends once its server and its rules are closed', async () => {
    const backend = await backendOf();
    const root = await folderOf({
      'node_modules/.keep': '',
      'program.mjs': `import { createServer } from 'node:http';
import { forNode } from 'portico/middleware';
const rules = forNode({ configuration: 'ProxyPass / http://127.0.0.1:${backend.port}/' });
const server = createServer((request, response) => rules(request, response));
server.listen(0, '127.0.0.1', async () => {
  const answer = await fetch(\`http://127.0.0.1:\${server.address().port}/x\`);
  console.log((await answer.text()).split(' ').slice(0, 2).join(' '));
  server.close();
  server.closeAllConnections();
  await rules.close();
});
`,
      'program.cjs': `const { forExpress } = require('portico/middleware');
const rules = forExpress({ configuration: 'RewriteEngine on' });
rules.ready.then(() => rules.close()).then(() => console.log('closed'));
`,
    });
    symlinkSync(fileURLToPath(new URL('../..', import.meta.url)), join(root, 'node_modules/portico'));
    expect(await runProgram(join(root, 'program.mjs'))).toBe('GET /x\n0');
    expect(await runProgram(join(root, 'program.cjs'))).toBe('closed\n0');
  });

  test('two sets of rules in one program know nothing of each other', async () => {
    const one = forNode({ configuration: 'Redirect 301 /a /one\nSetEnv WHO one\n', log: quiet });
    const two = forNode({ configuration: 'Redirect 301 /b /two\n', log: quiet });
    const server = createServer((request, response) =>
      one(request, response, (error) => {
        if (error === undefined) two(request, response, () => void response.end('app'));
        else response.writeHead(500).end(String(error));
      }),
    );
    const { port } = later(
      await listen(server, { close: async () => void (await Promise.all([one.close(), two.close()])) }),
    );
    expect((await ask(port, '/a')).headers.location).toMatch(/\/one$/);
    expect((await ask(port, '/b')).headers.location).toMatch(/\/two$/);
    expect((await ask(port, '/c')).body).toBe('app');
    await one.close();
    const closed = await ask(port, '/a');
    expect([closed.status, closed.body]).toEqual([500, 'Error: the middleware is closed']);
  });
});
