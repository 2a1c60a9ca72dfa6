// A portico with a configuration of its own, for tests that need more than a case can say: a folder, a port, its log.
// Everything is stopped and removed by `close`, in the reverse order of its making.
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './ports.ts';
import { loadModuleLines } from './prelude.ts';
import { type RunningServer, type ServerKind, startServer } from './server-process.ts';
import { serverUser } from './server-user.ts';

export interface StartOptions {
  readonly kind?: ServerKind;
  readonly modules?: readonly string[];
  readonly openFiles?: number;
}

export interface Scene {
  readonly root: string;
  readonly port: number;
  readonly origin: string;
  /** Writes a file under the scene's folder and answers its whole path. */
  write(path: string, text: string, mode?: number): string;
  /**
   * Starts portico, or Apache, with this configuration; `{PORT}` and `{ROOT}` are filled in. Without `modules` portico
   * has all of its own on.
   */
  start(conf: string, as?: StartOptions): Promise<RunningServer>;
  /** The text of a file under the scene's folder; '' where there is none. */
  read(path: string): string;
  errorLog(): string;
  /** Runs at `close`, before what was registered earlier. */
  onClose(step: () => Promise<void> | void): void;
  close(): Promise<void>;
}

const FIRST_LINES = `ServerRoot {ROOT}
Listen 127.0.0.1:{PORT}
ServerName www.example.test
ErrorLog {ROOT}/error.log
DocumentRoot {ROOT}/htdocs
<Directory {ROOT}>
    Options FollowSymLinks
    AllowOverride All
    Require all granted
</Directory>
`;

export async function makeScene(): Promise<Scene> {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'portico-scene-'));
  const port = await freePort();
  const steps: (() => Promise<void> | void)[] = [() => rmSync(root, { recursive: true, force: true })];
  const fill = (text: string): string => text.replaceAll('{ROOT}', root).replaceAll('{PORT}', String(port));
  giveAway(root, 0o755);
  mkdirSync(join(root, 'htdocs'));
  giveAway(join(root, 'htdocs'), 0o755);
  return {
    root,
    port,
    origin: `http://127.0.0.1:${port}`,
    write(path, text, mode = 0o644) {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, fill(text));
      giveAway(dirname(file), 0o755);
      giveAway(file, mode);
      return file;
    },
    async start(conf, { kind = 'portico', modules, openFiles } = {}) {
      const confFile = join(root, 'site.conf');
      const loads = modules === undefined ? '' : loadModuleLines([`only ${modules.join(' ')}`]);
      mkdirSync(join(root, 'logs'), { recursive: true });
      giveAway(join(root, 'logs'), 0o755);
      writeFileSync(confFile, fill(loads + FIRST_LINES + conf));
      const limit = openFiles === undefined ? {} : { openFiles };
      const server = await startServer(kind, { root, confFile, port, ...limit });
      steps.push(() => server.stop());
      return server;
    },
    read: (path) => readText(join(root, path)),
    errorLog: () => readText(join(root, 'error.log')),
    onClose: (step) => {
      steps.push(step);
    },
    async close() {
      for (const step of steps.splice(0).reverse()) await step();
    },
  };
}

function giveAway(path: string, mode: number): void {
  chmodSync(path, mode);
  if (serverUser !== undefined) chownSync(path, serverUser.uid, serverUser.gid);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Asks again and again until the answer is there; throws with `what` after `timeoutMs`. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${timeoutMs} ms`);
    await sleep(25);
  }
}

/** The same for a condition. */
export async function untilTrue(what: string, isTrue: () => boolean): Promise<void> {
  await until(what, () => isTrue() || undefined);
}

/** Waits until a number that grows no longer does, for half a second; answers it. */
export function settled(what: string, read: () => number): Promise<number> {
  let last = -1;
  let unchanged = 0;
  return until(what, () => {
    const value = read();
    unchanged = value === last ? unchanged + 1 : 0;
    last = value;
    return value > 0 && unchanged === 20 ? value : undefined;
  });
}

/** True when something accepts connections on the port. */
export async function isListening(port: number): Promise<boolean> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
