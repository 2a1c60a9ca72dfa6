// The real nginx as a backend: its own configuration and folders inside a scene, its own port, stopped by its pid.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { freePort } from './ports.ts';
import { part } from './programs.ts';
import { isListening, type Scene, until } from './scene.ts';
import { serverUser } from './server-user.ts';

const FRAME = `daemon off;
master_process off;
worker_processes 1;
pid {ROOT}/nginx/pid;
error_log stderr;
events { worker_connections 512; }
http {
    access_log {ROOT}/nginx/access.log;
    client_body_temp_path {ROOT}/nginx/body;
    proxy_temp_path {ROOT}/nginx/proxy;
    fastcgi_temp_path {ROOT}/nginx/fastcgi;
    uwsgi_temp_path {ROOT}/nginx/uwsgi;
    scgi_temp_path {ROOT}/nginx/scgi;
    types { text/plain txt; application/javascript js; }
    default_type application/octet-stream;
    sendfile on;
    {SETTINGS}
    server {
        listen 127.0.0.1:{NGINX};
        root {ROOT}/files;
        {LOCATIONS}
    }
}
`;

export interface NginxConf {
  /** Lines of `http`. */
  readonly settings?: string;
  /** Lines of its only `server`, whose root is the scene's folder `files`. */
  readonly locations?: string;
}

/** Starts nginx and answers its port; it is stopped when the scene closes. */
export async function startNginx(scene: Scene, conf: NginxConf): Promise<number> {
  const port = await freePort();
  // The scene gives away each folder in which it writes a file.
  scene.write('nginx/this-folder-is-for-nginx', '');
  mkdirSync(`${scene.root}/files`, { recursive: true });
  const text = FRAME.replace('{SETTINGS}', conf.settings ?? '')
    .replace('{LOCATIONS}', conf.locations ?? '')
    .replaceAll('{NGINX}', String(port));
  const file = scene.write('nginx/nginx.conf', text);
  const child = spawn(part('nginx')?.program ?? 'nginx', ['-p', scene.root, '-c', file, '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(serverUser ?? {}),
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('latin1')).slice(-20_000);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  scene.onClose(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  await until(`nginx on port ${port}`, async () => {
    if (child.exitCode !== null) throw new Error(`nginx did not start:\n${said}`);
    return (await isListening(port)) ? true : undefined;
  });
  return port;
}
