// A PostgreSQL of a scene's own: a data folder in it, a free port, an ordinary user; trusts whoever connects.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { freePort } from './ports.ts';
import { part } from './programs.ts';
import { type Scene, until } from './scene.ts';
import { serverUser } from './server-user.ts';

export interface Postgresql {
  readonly port: number;
  /** Runs SQL as the superuser. */
  run(sql: string): Promise<void>;
  /** Stops it and starts it anew: every connection breaks. */
  restart(): Promise<void>;
}

const ENVIRONMENT = { PATH: '/usr/bin:/bin', LANG: 'C', TZ: 'UTC' };

/** Starts a server that ends with the scene. */
export async function startPostgresql(scene: Scene): Promise<Postgresql> {
  const initdb = part('postgresql')?.program ?? 'initdb';
  const data = join(scene.root, 'postgresql');
  const options = ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync'];
  const made = spawnSync(initdb, options, { env: ENVIRONMENT, cwd: '/', ...serverUser, encoding: 'latin1' });
  if (made.status !== 0) throw new Error(`initdb: ${made.stdout}${made.stderr}`);
  const port = await freePort();
  const start = (): Promise<ChildProcess> => launch(join(dirname(initdb), 'postgres'), data, port);
  let server = await start();
  scene.onClose(() => stop(server));
  return {
    port,
    run: (sql) => run(port, sql),
    async restart() {
      await stop(server);
      server = await start();
    },
  };
}

async function launch(program: string, data: string, port: number): Promise<ChildProcess> {
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
  const words = ['-D', data, '-p', `${port}`, ...settings.flatMap((setting) => ['-c', setting])];
  const child = spawn(program, words, { stdio: 'ignore', env: ENVIRONMENT, cwd: '/', ...serverUser });
  await until('PostgreSQL accepting connections', () =>
    run(port, 'SELECT 1').then(
      () => true as const,
      () => undefined,
    ),
  );
  return child;
}

async function run(port: number, sql: string): Promise<void> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A fast shutdown: connections are cut. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await exited;
  clearTimeout(timer);
}
