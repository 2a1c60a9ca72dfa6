// Starts the built command line program with nothing but Node itself, for the tests beside this file.
// PORTICO_CLI names another copy of it, such as the one in an unpacked package.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cli = process.env.PORTICO_CLI ?? fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** A folder with a configuration and a document root, and the means to run portico on it. */
export async function createSite(context, configuration) {
  const root = mkdtempSync(join(tmpdir(), 'portico-floor-'));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  const port = await freePort();
  const conf = join(root, 'httpd.conf');
  mkdirSync(join(root, 'htdocs'));
  mkdirSync(join(root, 'logs'));
  writeFileSync(join(root, 'htdocs/hello.txt'), 'hello\n');
  const lines = [
    `ServerRoot ${root}`,
    `Listen 127.0.0.1:${port}`,
    'ServerName www.example.test',
    `ErrorLog ${root}/logs/error.log`,
    `DocumentRoot ${root}/htdocs`,
    `<Directory ${root}/htdocs>`,
    'Require all granted',
    '</Directory>',
    configuration,
    '',
  ];
  writeFileSync(conf, lines.join('\n'));
  return { root, port, conf };
}

/** Runs portico to its end. */
export function runPortico(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    timeout: 15_000,
  });
  return { status, output: `${stdout}${stderr}` };
}

/** Starts `portico serve` and waits for its one line; `stop` answers how it ended. */
export async function startPortico(context, site) {
  const child = spawn(process.execPath, [cli, 'serve', '-f', site.conf], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    const end = await ended;
    clearTimeout(timer);
    child.stdout.destroy();
    child.stderr.destroy();
    return end;
  };
  context.after(stop);
  let output = '';
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready: ${output}`)), 15_000);
    const collect = (chunk) => {
      output += chunk;
      if (!/^portico: ready on /m.test(output)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    ended.then(() => reject(new Error(`ended at once: ${output}`)));
  });
  return { stop };
}

/** A backend that answers with method, target, Host and body of what it received. */
export async function startBackend(context) {
  const server = createServer(async (incoming, response) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    response.end(`${incoming.method} ${incoming.url} ${incoming.headers['x-forwarded-host']} ${body}`);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.closeAllConnections());
  context.after(() => server.close());
  return server.address().port;
}

/** One request on a connection of its own. */
export function ask(port, path, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = request({ port, path, method, headers, host: '127.0.0.1', agent: false }, (response) => {
      let text = '';
      response.setEncoding('latin1');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export function freePort() {
  return new Promise((resolve) => {
    const probe = createTcpServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
