// Starts the two servers on a case's configuration and stops what it started: the real Apache httpd
// and the built portico, both in the foreground, both under an ordinary user.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { apacheProgram } from './programs.ts';
import { serverUser } from './server-user.ts';

export type ServerKind = 'apache' | 'portico';

export interface ServerPlace {
  readonly root: string;
  readonly confFile: string;
  readonly port: number;
  /** The limit of open files that the server gets; else that of the tests. */
  readonly openFiles?: number;
}

export interface RunningServer {
  readonly pid: number;
  /** What the server printed since it is ready, and the end of its error log. */
  log(): string;
  stop(): Promise<void>;
}

export interface ConfigtestResult {
  readonly isAccepted: boolean;
  readonly message: string;
}

/** The built command line program. */
export const porticoCli: string = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export const START_MS = 15_000;
export const STOP_MS = 5000;

/** How servers are started: as whom, where, with which variables. */
export const serverSurroundings: Pick<SpawnOptions, 'env' | 'cwd' | 'uid' | 'gid'> = {
  env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C', TZ: 'UTC', HOME: '/nonexistent' },
  cwd: '/',
  ...(serverUser ?? {}),
};

/** Starts a server and waits until it accepts connections. Throws with its messages if it does not. */
export async function startServer(kind: ServerKind, place: ServerPlace): Promise<RunningServer> {
  const child = launch(
    kind,
    kind === 'apache' ? apacheArguments(place, ['-DFOREGROUND']) : ['serve', '-f', place.confFile],
    place.openFiles,
  );
  const printed = collectOutput(child);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let startMessages = 0;
  const server: RunningServer = {
    pid: child.pid ?? 0,
    log: () => `${printed.text().slice(startMessages)}${tailOfErrorLog(place)}`,
    stop: () => stop(child, exited),
  };
  try {
    await waitUntilReady(kind, child, printed.text, place.port);
    startMessages = printed.text().length;
  } catch (error) {
    await server.stop();
    throw new Error(
      `${kind} did not start: ${error instanceof Error ? error.message : error}\n${server.log()}`,
    );
  }
  return server;
}

/** Lets a server check the configuration. */
export async function runConfigtest(kind: ServerKind, place: ServerPlace): Promise<ConfigtestResult> {
  const child = launch(
    kind,
    kind === 'apache' ? apacheArguments(place, ['-t']) : ['configtest', '-f', place.confFile],
  );
  const printed = collectOutput(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  if (code !== 0 && code !== 1) throw new Error(`${kind} ended with ${code}:\n${printed.text()}`);
  return { isAccepted: code === 0, message: printed.text() };
}

function apacheArguments(place: ServerPlace, extra: readonly string[]): string[] {
  const early = [
    `PidFile ${place.root}/logs/httpd.pid`,
    `DefaultRuntimeDir ${place.root}/logs`,
    `ErrorLog ${place.root}/logs/error.log`,
  ];
  return ['-d', place.root, '-f', place.confFile, ...early.flatMap((line) => ['-C', line]), ...extra];
}

function launch(kind: ServerKind, args: readonly string[], openFiles?: number): ChildProcess {
  if (kind === 'portico') requireBuild();
  const command = kind === 'apache' ? [apacheProgram()] : [process.execPath, porticoCli];
  const limited = openFiles === undefined ? [] : ['/bin/sh', '-c', `ulimit -n ${openFiles}; exec "$@"`, 'sh'];
  const [program = '', ...rest] = [...limited, ...command, ...args];
  return spawn(program, rest, {
    ...serverSurroundings,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Throws where there is no built portico. */
export function requireBuild(): void {
  if (!existsSync(porticoCli)) throw new Error(`${porticoCli} is not built: npm run build`);
}

function collectOutput(child: ChildProcess): { text: () => string } {
  let text = '';
  child.on('error', (error) => {
    text += `${error.message}\n`;
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('latin1')).slice(-200_000);
    });
  return { text: () => text };
}

async function waitUntilReady(
  kind: ServerKind,
  child: ChildProcess,
  printed: () => string,
  port: number,
): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
      throw new Error('it ended at once');
    if (kind === 'portico' ? /^portico: ready on /m.test(printed()) : await accepts(port)) return;
    await sleep(8);
  }
  throw new Error(`it was not ready after ${START_MS} ms`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Stops by the server's own pid. A grandchild that outlives it may not hold the test by its pipes. */
async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(timer);
  }
  child.stdout?.destroy();
  child.stderr?.destroy();
}

const LONGEST_TAIL = 4000;

export function tailOfErrorLog({ root }: ServerPlace): string {
  try {
    return readFileSync(join(root, 'logs/error.log'), 'latin1').slice(-LONGEST_TAIL);
  } catch {
    return '';
  }
}
