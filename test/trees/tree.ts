// A whole tree of configuration in a folder of its own, asked through the real Apache and through portico on the same
// port, one after the other: what each answers to a list of requests.
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { comparableLines, compareEverything, writeAnswer } from '../support/comparison.ts';
import { freePort } from '../support/ports.ts';
import { apacheProgram } from '../support/programs.ts';
import { createRawClient, type RawOutcome } from '../support/raw-client.ts';
import { buildRequest, readGetLine } from '../support/request-template.ts';
import { porticoCli } from '../support/server-process.ts';
import { serverUser } from '../support/server-user.ts';

export interface Tree {
  readonly root: string;
  readonly port: number;
  /** Writes a file of the tree; its time is the same in each run. */
  write(path: string, text: string, mode?: number): void;
  /** Starts a server, asks it and stops it. `command` runs in the foreground. */
  ask(command: readonly string[], requests: readonly string[]): Promise<Map<string, string[]>>;
  close(): void;
}

const FILE_TIME = new Date('2024-01-02T03:04:05Z');
const START_MS = 20_000;

export async function plantTree(): Promise<Tree> {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'portico-tree-'));
  chmodSync(root, 0o755);
  const port = await freePort();
  return {
    root,
    port,
    write(path, text, mode = 0o644) {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, 'latin1');
      chmodSync(file, mode);
      utimesSync(file, FILE_TIME, FILE_TIME);
    },
    async ask(command, requests) {
      if (serverUser !== undefined) giveTo(root, serverUser);
      const server = start(command);
      try {
        await server.untilListening(port);
        return await askAll(port, requests);
      } finally {
        await server.stop();
      }
    },
    close: () => rmSync(root, { recursive: true, force: true }),
  };
}

function giveTo(path: string, { uid, gid }: { uid: number; gid: number }): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const file = join(path, entry.name);
    if (entry.isSymbolicLink()) continue;
    if (entry.isDirectory()) giveTo(file, { uid, gid });
  }
  chownSync(path, uid, gid);
}

function start(command: readonly string[]) {
  const [program = '', ...words] = command;
  const child: ChildProcess = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC' },
    cwd: '/',
    ...(serverUser ?? {}),
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      printed += chunk.toString('latin1');
    });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    async untilListening(port: number): Promise<void> {
      for (const deadline = Date.now() + START_MS; Date.now() < deadline; await sleep(20)) {
        if (child.exitCode !== null || child.signalCode !== null) break;
        if (await accepts(port)) return;
      }
      throw new Error(`${command.join(' ')} does not serve:\n${printed}`);
    },
    async stop(): Promise<void> {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
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

async function askAll(port: number, requests: readonly string[]): Promise<Map<string, string[]>> {
  const names = new Map([['PORT', String(port)]]);
  const answers = new Map<string, string[]>();
  for (const line of requests) {
    const client = createRawClient(port);
    const { bytes, method } = buildRequest(readGetLine(line, true), names);
    const [outcome] = await client.send({ bytes, method });
    client.close();
    answers.set(line, outcome === undefined ? ['(nothing)'] : write(outcome));
  }
  return answers;
}

function write(outcome: RawOutcome): string[] {
  if (outcome.kind !== 'answer') return [`(${outcome.kind})`];
  // Each says its own name, under a compressed page, too.
  const withName = (line: string): string =>
    line.replace(/<address>\S+( \(Debian\))? Server at /, '<address>NAME Server at ');
  const answer = { ...outcome, body: withName(outcome.body), bodyLength: outcome.body.length };
  return writeAnswer(answer, compareEverything).map(withName);
}

/** What differs between two servers: per request the lines that only one of them has. */
export function differences(
  apache: ReadonlyMap<string, string[]>,
  portico: ReadonlyMap<string, string[]>,
): Record<string, { apache: readonly string[]; portico: readonly string[] }> {
  const found: Record<string, { apache: readonly string[]; portico: readonly string[] }> = {};
  for (const [request, lines] of apache) {
    const { expected, actual } = comparableLines(lines, portico.get(request) ?? []);
    if (expected.join('\n') === actual.join('\n')) continue;
    found[request] = {
      apache: expected.filter((line) => !actual.includes(line)),
      portico: actual.filter((line) => !expected.includes(line)),
    };
  }
  return found;
}

export const porticoCommand: readonly string[] = [process.execPath, porticoCli];

export { apacheProgram };
