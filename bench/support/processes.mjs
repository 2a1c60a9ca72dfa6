// The programs a bench starts: each on a free port, its output in a file, stopped by its own id. When the bench is
// interrupted, all of them are stopped before it ends.

import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { below } from './usage.mjs';

const PATIENCE = 5000;
/** How to stop each program, and the program. */
const running = new Map();

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

function hasEnded(child) {
  return child.exitCode !== null || child.signalCode !== null;
}

async function untilListening({ name, port, child, output }) {
  for (let i = 0; i < 200; i++) {
    if (hasEnded(child)) throw new Error(`${name} ended at once:\n${readFileSync(output, 'latin1')}`);
    if (await canConnect(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${name} does not listen on port ${port}`);
}

/**
 * Starts a program that will listen on `port`, and answers when it does. `cores` is a list as taskset takes it;
 * `output` is the file its standard output and error go to.
 */
export async function startProcess({ name, port, command, args, env = {}, cores, output }) {
  const file = openSync(output, 'a');
  const placed = cores === undefined ? [command, ...args] : ['taskset', '-c', cores, command, ...args];
  const child = spawn(placed[0], placed.slice(1), {
    env: { ...process.env, ...env },
    stdio: ['ignore', file, file],
  });
  const stop = () => stopChild(child).finally(() => running.delete(stop));
  child.on('error', () => {});
  running.set(stop, child);
  await untilListening({ name, port, child, output });
  return { name, port, pid: child.pid, output, stop };
}

async function stopChild(child) {
  if (hasEnded(child) || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const family = below(child.pid);
  child.kill('SIGTERM');
  const late = setTimeout(() => killAll(family, 'SIGKILL'), PATIENCE);
  await gone;
  clearTimeout(late);
}

function killAll(pids, signal) {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended already.
    }
  }
}

export async function stopAll() {
  await Promise.all([...running.keys()].map((stop) => stop()));
}

// What a failure has left running.
process.on('exit', () =>
  killAll(
    [...running.values()].map((child) => child.pid),
    'SIGTERM',
  ),
);

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, () => stopAll().finally(() => process.exit(status)));
}

/** A folder that goes when the bench ends, and that servers which give up root can read. */
export function scratch() {
  const folder = mkdtempSync(join(tmpdir(), 'portico-bench-'));
  chmodSync(folder, 0o755);
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
