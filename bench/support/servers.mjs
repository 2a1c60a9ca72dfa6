// The programs a bench compares, each started on a free port in a folder of its own and stopped by its own id.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function canConnect(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

async function untilListening(port, child, name) {
  for (let i = 0; i < 200; i++) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${child.output}`);
    if (await canConnect(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${name} does not listen on port ${port}`);
}

async function start(name, port, command, args, env = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  child.output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (child.output += text));
  await untilListening(port, child, name);
  return { name, port, pid: child.pid, stop: () => stopChild(child) };
}

function stopChild(child) {
  if (child.exitCode !== null) return Promise.resolve();
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  return gone;
}

/** A folder that goes when the bench ends. */
export function scratch() {
  const folder = mkdtempSync(join(tmpdir(), 'portico-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function startDemoApp() {
  const port = await freePort();
  return start('bundled app', port, process.execPath, [join(root, 'dist/examples/demo/app.js')], {
    PORT: String(port),
  });
}

/** Debian's own interpreter: the one that sees Debian's python3-cherrypy3. */
const PYTHON = '/usr/bin/python3';

export function hasCherryPy() {
  return spawnSync(PYTHON, ['-c', 'import cherrypy']).status === 0;
}

const CHERRYPY_APP = `
import sys, cherrypy

class App:
    @cherrypy.expose
    def hello(self):
        cherrypy.response.headers['Content-Type'] = 'text/plain'
        return 'Hello, world\\n'

cherrypy.config.update({'server.socket_host': '127.0.0.1', 'server.socket_port': int(sys.argv[1]),
                        'server.thread_pool': 40, 'log.screen': False, 'tools.proxy.on': True})
cherrypy.quickstart(App())
`;

export async function startCherryPy(folder) {
  const port = await freePort();
  const file = join(folder, 'app.py');
  writeFileSync(file, CHERRYPY_APP);
  return start('CherryPy', port, PYTHON, [file, String(port)]);
}

function rule(backend) {
  return `RewriteEngine on\nRewriteRule ^(.*) http://127.0.0.1:${backend}$1 [proxy]\n`;
}

/** portico with these lines behind the usual beginning. */
export async function startPorticoWith(folder, lines) {
  const port = await freePort();
  const file = join(folder, `portico-${port}.conf`);
  writeFileSync(file, `${beginning(folder, port, 'portico')}${lines}`);
  return start('portico', port, process.execPath, [join(root, 'dist/cli.js'), 'serve', '-f', file]);
}

export function startPortico(folder, backend) {
  return startPorticoWith(folder, rule(backend));
}

/** What both servers are told alike. */
function beginning(folder, port, name) {
  const lines = ['ServerName localhost', 'MaxKeepAliveRequests 0', `ErrorLog ${folder}/${name}-${port}.log`];
  return `Listen 127.0.0.1:${port}\n${lines.join('\n')}\n`;
}

const APACHE = '/usr/sbin/apache2';
const APACHE_MODULES = '/usr/lib/apache2/modules';

export function hasApache() {
  return existsSync(APACHE) && existsSync(APACHE_MODULES);
}

export function apacheVersion() {
  return spawnSync(APACHE, ['-v'], { encoding: 'utf8' }).stdout.match(/Apache\/(\S+)/)?.[1] ?? '?';
}

/** Apache's event MPM with these lines behind the same beginning. */
export async function startApacheWith(folder, name, modules, lines) {
  const port = await freePort();
  const file = join(folder, `apache-${port}.conf`);
  const loads = ['mpm_event', 'authz_core', ...modules];
  const text = [
    ...loads.map((module) => `LoadModule ${module}_module ${APACHE_MODULES}/mod_${module}.so`),
    `ServerRoot ${folder}`,
    `PidFile ${folder}/apache-${port}.pid`,
    beginning(folder, port, 'apache'),
    lines,
  ];
  writeFileSync(file, `${text.join('\n')}\n`);
  return start(name, port, APACHE, ['-d', folder, '-f', file, '-DFOREGROUND'], {
    APACHE_RUN_USER: 'www-data',
    APACHE_RUN_GROUP: 'www-data',
  });
}

/** With the how-to's rule; `reuse` keeps its backend connections (`<Proxy>` with enablereuse=on). */
export function startApache(folder, backend, reuse) {
  const kept = `<Proxy http://127.0.0.1:${backend}>\nProxySet enablereuse=on\n</Proxy>\n`;
  const name = reuse ? 'Apache, connections kept' : 'Apache';
  const lines = `${reuse ? kept : ''}${rule(backend)}`;
  return startApacheWith(folder, name, ['rewrite', 'proxy', 'proxy_http'], lines);
}
