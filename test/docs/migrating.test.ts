// docs/migrating/http-proxy-middleware.md and http-proxy.md: the programs that stand there side by side answer alike.

import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { forNode } from '../../src/adapters/index.ts';
import { type Asking, ask } from '../adapters/ask.ts';
import { type Example, startScript } from '../adapters/example-process.ts';
import { folderOf } from '../adapters/scene.ts';
import { freePort } from '../support/ports.ts';

const root = join(import.meta.dirname, '../..');

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

const SEEN = ['host', 'x-front', 'cookie', 'x-forwarded-for', 'x-forwarded-host', 'content-type'];

/** Says in its answer what has come. */
const echo: RequestListener = async (request, response) => {
  const { method, url = '', headers } = request;
  const body = await textOf(request);
  response.setHeader('X-Powered-By', 'the backend');
  response.setHeader('Set-Cookie', [
    'a=1; Domain=api.internal; Path=/v1/; HttpOnly',
    'b=2; Domain=other.example; Path=/',
  ]);
  if (url.startsWith('/v1/moved')) {
    response.statusCode = 302;
    response.setHeader('Location', `http://${headers.host}/v1/items/2?a=%2F`);
  }
  if (url.startsWith('/v1/broken')) response.statusCode = 500;
  const seen = SEEN.map((name) => `${name}: ${headers[name] ?? '-'}\n`).join('');
  response.end(`${method} ${url}\n${seen}${body}`);
};

/** One backend for everything; WebSockets are echoed with the path that was asked for. */
async function startBackend(): Promise<string> {
  const server = createServer(echo);
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, { url }) =>
    socket.on('message', (data) => socket.send(`${url} ${data.toString()}`)),
  );
  return `http://127.0.0.1:${await listen(server)}`;
}

/** What of an answer a client sees; the port of the program differs. */
async function answerOf({ port }: Example, path: string, asking?: Asking): Promise<unknown> {
  const { status, headers, body } = await ask(port, path, asking);
  const own = (text: string | undefined): string | undefined => text?.replaceAll(`:${port}`, ':PORT');
  return {
    status,
    location: own(headers.location),
    cookies: headers['set-cookie'],
    by: headers['x-powered-by'],
    sniff: headers['x-content-type-options'],
    body: own(body),
  };
}

function socketAnswer({ port }: Example, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
    socket.on('open', () => socket.send('hello'));
    socket.on('message', (data) => {
      resolve(data.toString());
      socket.close();
    });
    socket.on('error', reject);
  });
}

/** What the README of a package lists; http-proxy-middleware's names the options that it hands on as well. */
function namesOf(name: string): string[] {
  const readme = readFileSync(join(root, 'node_modules', name, 'README.md'), 'utf8');
  const patterns: { readonly [name: string]: RegExp } = {
    'http-proxy': /^(?: *\* +\*\*(\w+)\*\*|\* (?:\(DEPRECATED\) )?`?([a-z]\w*)`?[ :])/gm,
    'http-proxy-middleware': /^(?:### `(\w+)`|- \*\*option\.on\.(\w+)\*\*)/gm,
  };
  return [...new Set([...readme.matchAll(patterns[name]!)].map(([, one, other]) => (one ?? other)!))];
}

interface Asked {
  readonly path: string;
  readonly asking?: Asking;
}

const form: Asking = {
  method: 'POST',
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  body: 'a=1&b=2',
};

const PAGES: { readonly name: string; readonly asked: readonly Asked[]; readonly live: string }[] = [
  {
    name: 'http-proxy-middleware',
    asked: [
      { path: '/' },
      { path: '/api/items?a=1&b=%20' },
      { path: '/api/items', asking: { headers: { Cookie: 'secret=1' } } },
      { path: '/api/moved' },
      { path: '/api/broken' },
      { path: '/api/items', asking: form },
      { path: '/nowhere' },
    ],
    live: '/live',
  },
  {
    name: 'http-proxy',
    asked: [
      { path: '/' },
      { path: '/api/items?a=1' },
      { path: '/item/7' },
      { path: '/item/7', asking: form },
      { path: '/help?q=1', asking: { headers: { Host: 'docs.site.test' } } },
      { path: '/api/items', asking: form },
    ],
    live: '/any/path',
  },
];

describe.each(PAGES)('from $name', ({ name, asked, live }) => {
  const page = readFileSync(join(root, `docs/migrating/${name}.md`), 'utf8');

  test.each(['before', 'after'])('the page shows %s.mjs as it is', (script) => {
    const file = `examples/migrating/${name}/${script}.mjs`;
    expect(page).toContain(`[${file}](../../${file})`);
    expect(page).toContain(`\`\`\`js\n${readFileSync(join(root, file), 'utf8')}\`\`\`\n`);
  });

  test('the page names every option, method and event of the package', () => {
    const names = namesOf(name);
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((each) => !new RegExp(`\\b${each}\\b`).test(page))).toEqual([]);
  });

  test.each([...page.matchAll(/^```apache\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text))(
    'a configuration that can be used:\n%s',
    async (text) => {
      const maps = join(await folderOf({ 'tenants.txt': 'shop.example 127.0.0.1:8000\n' }), 'tenants.txt');
      const rules = forNode({ configuration: text.replace('/etc/shop/tenants.txt', maps) });
      await rules.ready;
      await rules.close();
    },
  );

  test('both programs answer alike', async () => {
    const backend = await startBackend();
    const env = { API: backend, DOCS: backend, LIVE: backend };
    const before = await startScript(`examples/migrating/${name}/before.mjs`, { env });
    const after = await startScript(`examples/migrating/${name}/after.mjs`, { env });
    for (const { path, asking } of asked) {
      const due = await answerOf(before, path, asking);
      expect({ path, ...((await answerOf(after, path, asking)) as object) }).toEqual({
        path,
        ...(due as object),
      });
    }
    const due = await socketAnswer(before, live);
    expect(due).toBe(`${live} hello`);
    expect(await socketAnswer(after, live)).toBe(due);
  });

  test('both programs say so while a backend is away', async () => {
    const away = `http://127.0.0.1:${await freePort()}`;
    const env = { API: away, DOCS: away, LIVE: away };
    for (const script of ['before.mjs', 'after.mjs']) {
      const example = await startScript(`examples/migrating/${name}/${script}`, { env });
      const { status, body } = await ask(example.port, '/api/items');
      expect({ script, status, body }).toEqual({ script, status: 503, body: expect.stringMatching(/\.$/) });
    }
  });
});
