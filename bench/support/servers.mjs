// What the benches put in front of what: applications, portico and Apache with lines of a bench's own.

import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, startProcess } from './processes.mjs';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export async function startDemoApp(folder) {
  const port = await freePort();
  return startProcess({
    name: 'bundled app',
    port,
    command: process.execPath,
    args: [join(ROOT, 'dist/examples/demo/app.js')],
    env: { PORT: String(port) },
    output: join(folder, 'app.out'),
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
  return startProcess({
    name: 'CherryPy',
    port,
    command: PYTHON,
    args: [file, String(port)],
    output: join(folder, 'cherrypy.out'),
  });
}

function rule(backend) {
  return `RewriteEngine on\nRewriteRule ^(.*) http://127.0.0.1:${backend}$1 [proxy]\n`;
}

/** portico with this configuration; `nodeOptions` go to Node itself. */
export function startPorticoProcess({ port, file, output, cores, nodeOptions = [] }) {
  const args = [...nodeOptions, join(ROOT, 'dist/cli.js'), 'serve', '-f', file];
  return startProcess({ name: 'portico', port, command: process.execPath, args, output, cores });
}

/** portico with these lines behind the usual beginning. */
export async function startPorticoWith(folder, lines) {
  const port = await freePort();
  const file = join(folder, `portico-${port}.conf`);
  writeFileSync(file, `${beginning(folder, port, 'portico')}${lines}`);
  return startPorticoProcess({ port, file, output: `${file}.out` });
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

export function loadModules(names) {
  return names.map((name) => `LoadModule ${name}_module ${APACHE_MODULES}/mod_${name}.so`).join('\n');
}

/** Apache's event MPM with these lines behind the same beginning. */
export async function startApacheWith(folder, name, modules, lines) {
  const port = await freePort();
  const file = join(folder, `apache-${port}.conf`);
  const loads = ['mpm_event', 'authz_core', ...modules];
  const text = [
    loadModules(loads),
    `ServerRoot ${folder}`,
    `PidFile ${folder}/apache-${port}.pid`,
    beginning(folder, port, 'apache'),
    lines,
  ];
  writeFileSync(file, `${text.join('\n')}\n`);
  return startApacheProcess({ name, port, folder, file, output: `${file}.out` });
}

/** Apache in the foreground with this configuration. */
export function startApacheProcess({ name = 'Apache', port, folder, file, output, cores }) {
  return startProcess({
    name,
    port,
    command: APACHE,
    args: ['-d', folder, '-f', file, '-DFOREGROUND'],
    env: { APACHE_RUN_USER: 'www-data', APACHE_RUN_GROUP: 'www-data' },
    output,
    cores,
  });
}

/** With the how-to's rule; `reuse` keeps its backend connections (`<Proxy>` with enablereuse=on). */
export function startApache(folder, backend, reuse) {
  const kept = `<Proxy http://127.0.0.1:${backend}>\nProxySet enablereuse=on\n</Proxy>\n`;
  const name = reuse ? 'Apache, connections kept' : 'Apache';
  const lines = `${reuse ? kept : ''}${rule(backend)}`;
  return startApacheWith(folder, name, ['rewrite', 'proxy', 'proxy_http'], lines);
}
