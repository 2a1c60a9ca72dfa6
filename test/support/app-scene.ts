// Applications that portico starts itself, for the tests: a Node application that tells what it knows, and a scene with
// the lines that start it.
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeScene, type Scene } from './scene.ts';

const nodeModules = fileURLToPath(new URL('../../node_modules', import.meta.url));

/**
 * Tells its process and what it received as JSON. `START_MS`: how long it takes to listen. `/die` ends it; `/slow` takes
 * 300 ms; `/go` redirects to its own address; a WebSocket is answered with what it says. Writes a line to `starts` for
 * each of its processes, and one to `requests` for each request.
 */
export const NODE_APP = `const { createServer } = require('node:http');
const fs = require('node:fs');
const { WebSocketServer } = require('ws');
fs.appendFileSync('starts', process.pid + '\\n');
const version = fs.existsSync('version') ? fs.readFileSync('version', 'utf8').trim() : '';
if (version === 'broken') { console.error('Error: <b>broken</b>'); process.exit(1); }
const server = createServer((request, response) => {
  let size = 0;
  request.on('data', (chunk) => { size += chunk.length; });
  request.on('end', () => {
    fs.appendFileSync('requests', request.method + ' ' + request.url + '\\n');
    if (request.url === '/die') process.exit(1);
    if (request.url === '/go') {
      response.writeHead(302, { Location: 'http://' + request.headers.host + '/landing?x=1' });
      return response.end();
    }
    const { method, url, headers } = request;
    const text = JSON.stringify({ pid: process.pid, version, method, url, size, headers });
    setTimeout(() => response.end(text), url === '/slow' ? 300 : 0);
  });
});
new WebSocketServer({ server }).on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
setTimeout(() => server.listen(process.env.PORT, '127.0.0.1', () => console.log('listening')), Number(process.env.START_MS ?? 0));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

/** What the application says. */
export interface Told {
  readonly pid: number;
  readonly version: string;
  readonly method: string;
  readonly url: string;
  readonly size: number;
  readonly headers: Readonly<Record<string, string>>;
}

export interface AppScene extends Scene {
  /** Lines of a file in the application's folder. */
  lines(name: 'starts' | 'requests'): readonly string[];
}

/** Lines of an `<App shop>` for the application above, those given last. */
export function shopSection(...lines: readonly string[]): string {
  const own = [
    `AppCommand "${process.execPath} server.cjs"`,
    'AppDirectory {ROOT}/shop',
    `AppEnv NODE_PATH "${nodeModules}"`,
  ];
  return ['<App shop>', ...own, ...lines, '</App>', ''].join('\n');
}

export const PASS_ALL = 'ProxyPass / app://shop/\nProxyPassReverse / app://shop/\n';

/** A scene with the application's files; nothing is started. */
export async function makeAppScene(): Promise<AppScene> {
  const scene = await makeScene();
  scene.write('shop/server.cjs', NODE_APP);
  return {
    ...scene,
    lines: (name) => readLines(join(scene.root, 'shop', name)),
  };
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

export interface Answered {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  /** The application's own words. */
  readonly told: Told;
}

export interface Asked {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request on a connection of its own, with no fields but these: fetch adds some that browsers' scripts have. */
export function ask(url: string, { method = 'GET', body = '', headers = {} }: Asked = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const own = body === '' ? headers : { 'Content-Length': String(body.length), ...headers };
    const sent = request(url, { method, headers: own, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as Answered['headers'],
          text,
          get told() {
            return JSON.parse(text) as Told;
          },
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** What a browser sends when a person opens a page. */
export const AS_BROWSER = {
  Accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'Sec-Fetch-Mode': 'navigate',
};
