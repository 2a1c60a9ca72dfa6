// Who is compared: how each is found, asked for its version, and started on a free port with a row's configuration
// inside the frame that a sensible administrator gives it. Every one runs on one core, so one worker process or thread
// is right for those that have a choice.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nginxBeginning } from './support/backend.mjs';
import { freePort, startProcess } from './support/processes.mjs';
import {
  apacheVersion,
  hasApache,
  loadModules,
  ROOT,
  startApacheProcess,
  startPorticoProcess,
} from './support/servers.mjs';
import { SETTLE_OPTIONS } from './support/settle.mjs';

const PEERS = join(ROOT, 'bench/peers');

function printed(command, args, pattern) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? (pattern.exec(stdout + stderr)?.[1] ?? 'unknown version') : undefined;
}

/** portico and Apache read the same file; the lines about processes and threads are Apache's. */
function httpdFile({ port, folder, name, lines }) {
  const modules = ['mpm_event', 'authz_core', 'mime', 'rewrite', 'proxy', 'proxy_http'];
  const file = join(folder, `${name}-${port}.conf`);
  const text = `${loadModules(modules)}
ServerRoot ${folder}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${folder}/${name}-${port}.pid
ErrorLog ${folder}/${name}-${port}.log
TypesConfig /etc/mime.types
KeepAliveTimeout 300
MaxKeepAliveRequests 0
ServerLimit 4
StartServers 2
ThreadsPerChild 64
MaxRequestWorkers 256
MinSpareThreads 32
MaxSpareThreads 256
AsyncRequestWorkerFactor 100
${lines}
`;
  writeFileSync(file, text);
  return file;
}

/** What Node itself is told: to write a profile, or to collect its garbage when asked. */
export function nodeOptionsFor({ profile, settles }) {
  if (settles) return SETTLE_OPTIONS;
  if (profile === undefined) return [];
  return ['--cpu-prof', `--cpu-prof-dir=${profile.folder}`, `--cpu-prof-name=${profile.name}.cpuprofile`];
}

async function startPortico({ lines, site, cores, ...asked }) {
  const port = await freePort();
  const file = httpdFile({ port, folder: site.folder, name: 'portico', lines });
  const nodeOptions = nodeOptionsFor(asked);
  return startPorticoProcess({ port, file, output: `${file}.out`, cores, nodeOptions });
}

async function startApache({ lines, site, cores }) {
  const port = await freePort();
  const file = httpdFile({ port, folder: site.folder, name: 'apache', lines });
  return startApacheProcess({ port, folder: site.folder, file, output: `${file}.out`, cores });
}

async function startNginx({ lines, site, cores }) {
  const port = await freePort();
  const file = join(site.folder, `nginx-${port}.conf`);
  const accessLog = lines.inside.includes('access_log') ? '' : 'access_log off;';
  const text = `${nginxBeginning(site.folder, `nginx-${port}`)}
${accessLog}
${lines.outside ?? ''}
server {
listen 127.0.0.1:${port};
${lines.inside}
}
}
`;
  writeFileSync(file, text);
  const output = `${file}.out`;
  return startProcess({
    name: 'nginx',
    port,
    command: 'nginx',
    args: ['-c', file, '-e', output],
    output,
    cores,
  });
}

async function startHaproxy({ lines, site, cores }) {
  const port = await freePort();
  const file = join(site.folder, `haproxy-${port}.cfg`);
  const text = `global
  nbthread 1
  no strict-limits
  maxconn 15000
defaults
  mode http
  timeout connect 5s
  timeout client 300s
  timeout server 60s
  timeout http-keep-alive 300s
frontend front
  bind 127.0.0.1:${port}
${lines}
`;
  writeFileSync(file, text);
  const args = ['-db', '-f', file];
  return startProcess({ name: 'haproxy', port, command: 'haproxy', args, output: site.log, cores });
}

async function startCaddy({ lines, site, cores }) {
  const port = await freePort();
  const file = join(site.folder, `Caddyfile-${port}`);
  const text = `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  bind 127.0.0.1
${lines}
}
`;
  writeFileSync(file, text);
  return startProcess({
    name: 'caddy',
    port,
    command: 'caddy',
    args: ['run', '--config', file, '--adapter', 'caddyfile'],
    env: { HOME: site.folder, XDG_DATA_HOME: site.folder, XDG_CONFIG_HOME: site.folder },
    output: `${file}.out`,
    cores,
  });
}

/** Fetches the packages of bench/peers; false where that fails. */
export function installPeers() {
  const args = ['ci', '--no-audit', '--no-fund'];
  return spawnSync('npm', args, { cwd: PEERS, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

/** A Node proxy of bench/peers: a script that takes its own port and the backend's. */
function nodePeer(name, packages) {
  return {
    name,
    language: 'node',
    settles: true,
    install: installPeers,
    missing: `not installed: npm run bench -- --peers ${name}`,
    version: () => {
      if (!packages.every((each) => existsSync(join(PEERS, 'node_modules', each)))) return undefined;
      return packages.map((each) => `${each} ${peerVersion(each)}`).join(', ');
    },
    start: async ({ site, cores, ...asked }) => {
      const port = await freePort();
      const args = [...nodeOptionsFor(asked), join(PEERS, `${name}.mjs`), String(port), String(site.backend)];
      const output = join(site.folder, `${name}-${port}.out`);
      return startProcess({ name, port, command: process.execPath, args, output, cores });
    },
  };
}

function peerVersion(name) {
  return JSON.parse(readFileSync(join(PEERS, 'node_modules', name, 'package.json'), 'utf8')).version;
}

/** No contestant, but the bound of all that run on Node: a script of bench/support on bare sockets. */
function bareNode(name, language, script) {
  return {
    name,
    language,
    settles: true,
    version: () => process.version,
    start: async ({ site, cores, settles }) => {
      const port = await freePort();
      const file = join(ROOT, 'bench/support', script);
      const args = [...nodeOptionsFor({ settles }), file, String(port), String(site.backend)];
      const output = join(site.folder, `${language}-${port}.out`);
      return startProcess({ name, port, command: process.execPath, args, output, cores });
    },
  };
}

function debianPeer(name, { debian = name, language = name, version, start }) {
  return { name, language, version, start, missing: `not installed (Debian: ${debian})` };
}

export const { version: porticoVersion } = createRequire(import.meta.url)('../package.json');

export const CONTESTANTS = [
  { name: 'portico', language: 'httpd', settles: true, version: () => porticoVersion, start: startPortico },
  debianPeer('apache', {
    debian: 'apache2',
    language: 'httpd',
    version: () => (hasApache() ? `${apacheVersion()} (event MPM)` : undefined),
    start: startApache,
  }),
  debianPeer('nginx', { version: () => printed('nginx', ['-v'], /nginx\/(\S+)/), start: startNginx }),
  debianPeer('haproxy', {
    version: () => printed('haproxy', ['-v'], /version (\S+)/),
    start: startHaproxy,
  }),
  debianPeer('caddy', { version: () => printed('caddy', ['version'], /(\S+)/), start: startCaddy }),
  bareNode('node:net', 'sockets', 'bare-sockets.mjs'),
  bareNode('node:net relay', 'relay', 'bare-relay.mjs'),
  nodePeer('http-proxy', ['http-proxy']),
  nodePeer('http-proxy-3', ['http-proxy-3']),
  nodePeer('fastify', ['fastify', '@fastify/http-proxy']),
  nodePeer('undici', ['undici']),
];
