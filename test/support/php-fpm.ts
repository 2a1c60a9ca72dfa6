// A real PHP-FPM of its own: its configuration and socket inside a scene, its own processes, stopped by its pid.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { freePort } from './ports.ts';
import { part } from './programs.ts';
import { isListening, type Scene, until } from './scene.ts';
import { serverUser } from './server-user.ts';

/** What a site with PHP loads, in the order of a list. */
export const PHP_MODULES: readonly string[] = [
  'alias',
  'authz_core',
  'authz_host',
  'dir',
  'env',
  'headers',
  'mime',
  'proxy',
  'proxy_fcgi',
  'rewrite',
  'setenvif',
];

export interface PhpFpm {
  /** What stands in `proxy:fcgi://…` or ProxyPass: host and port. */
  readonly authority: string;
  /** Path of the unix socket it listens on; '' for TCP. */
  readonly socket: string;
  /** What it wrote to its own log. */
  log(): string;
}

export interface PhpFpmOptions {
  readonly on?: 'tcp' | 'socket';
  readonly children?: number;
  /** Further lines of the pool's section. */
  readonly pool?: string;
}

/** Starts it and waits until it listens; it is stopped when the scene closes. */
export async function startPhpFpm(
  scene: Scene,
  { on = 'tcp', children = 2, pool = '' }: PhpFpmOptions = {},
): Promise<PhpFpm> {
  const port = on === 'tcp' ? await freePort() : 0;
  const name = `fpm-${port || 'socket'}`;
  const socket = on === 'socket' ? `${scene.root}/${name}/php.sock` : '';
  const file = scene.write(
    `${name}/fpm.conf`,
    `[global]
error_log = {ROOT}/${name}/error.log
daemonize = no
[www]
listen = ${on === 'tcp' ? `127.0.0.1:${port}` : socket}
pm = static
pm.max_children = ${children}
php_admin_value[session.save_path] = {ROOT}/${name}
php_admin_value[upload_tmp_dir] = {ROOT}/${name}
${pool}
`,
  );
  const child = spawn(part('php-fpm')?.program ?? 'php-fpm', ['-F', '-y', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/bin:/bin', LANG: 'C', TZ: 'UTC' },
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
  await until(`PHP-FPM on ${socket || port}`, async () => {
    if (child.exitCode !== null) throw new Error(`PHP-FPM did not start:\n${said}`);
    const isThere = on === 'socket' ? existsSync(socket) : await isListening(port);
    return isThere ? true : undefined;
  });
  return {
    authority: on === 'tcp' ? `127.0.0.1:${port}` : 'localhost',
    socket,
    log: () => said + scene.read(`${name}/error.log`),
  };
}
