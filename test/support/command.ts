// The built command line program as a person or an operator meets it: words in, two streams and an exit code out.
// A workshop is a folder for one test; what it started is stopped by its own process id when it closes.
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
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
import { until } from './scene.ts';
import { porticoCli } from './server-process.ts';
import type { UnixUser } from './server-user.ts';

/** A running command. */
export interface Command {
  readonly pid: number;
  out(): string;
  err(): string;
  /** Waits for the ready line; throws with what was printed where the command ends before. */
  ready(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** The exit code, once both streams have ended; null after a signal that killed it. */
  readonly ended: Promise<number | null>;
}

const PATIENCE_MS = 1500;

export interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Workshop {
  readonly root: string;
  readonly port: number;
  /** Writes a file under the folder and answers its whole path; `{ROOT}` and `{PORT}` are filled in. */
  write(path: string, text: string, mode?: number): string;
  read(path: string): string;
  start(words: readonly string[], how?: HowToRun): Command;
  /** Runs a command to its end. */
  run(words: readonly string[], how?: HowToRun): Promise<CommandResult>;
  close(): Promise<void>;
}

export interface HowToRun {
  readonly user?: UnixUser | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

export async function openWorkshop(): Promise<Workshop> {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'portico-workshop-'));
  chmodSync(root, 0o755);
  const port = await freePort();
  const commands: Command[] = [];
  const fill = (text: string): string => text.replaceAll('{ROOT}', root).replaceAll('{PORT}', String(port));
  const start = (words: readonly string[], how: HowToRun = {}): Command => {
    const command = startCommand(words.map(fill), root, how);
    commands.push(command);
    return command;
  };
  return {
    root,
    port,
    write(path, text, mode = 0o644) {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, fill(text));
      chmodSync(file, mode);
      return file;
    },
    read: (path) => readText(join(root, path)),
    start,
    async run(words, how) {
      const command = start(words, how);
      return { code: await command.ended, out: command.out(), err: command.err() };
    },
    async close() {
      await Promise.all(commands.map(end));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function startCommand(words: readonly string[], cwd: string, how: HowToRun): Command {
  const child = spawn(process.execPath, [porticoCli, ...words], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', ...how.env },
    ...how.user,
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString('latin1');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString('latin1');
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid ?? 0,
    out: () => out,
    err: () => err,
    ready: () =>
      until('the ready line', () => {
        if (/^portico: ready on .*\n/m.test(out)) return true;
        if (isOver()) throw new Error(`it ended before it was ready:\n${out}${err}`);
        return undefined;
      }).then(() => undefined),
    signal: (name) => signal(child, name),
    ended,
  };
}

/** Lets a server end what it has started; one that takes too long is told once more, and then ended. */
async function end(command: Command): Promise<void> {
  for (const name of ['SIGTERM', 'SIGTERM', 'SIGKILL'] as const) {
    command.signal(name);
    const isOver = await Promise.race([command.ended.then(() => true), sleep(PATIENCE_MS, false)]);
    if (isOver) return;
  }
  await command.ended;
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.exitCode === null && child.signalCode === null) child.kill(name);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** One request on a connection of its own. */
export async function visit(port: number, path = '/'): Promise<{ status: number; text: string }> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    headers: { Connection: 'close' },
    redirect: 'manual',
  });
  return { status: answer.status, text: await answer.text() };
}
