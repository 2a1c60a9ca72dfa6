// `-k`: what a word means for the server that a PidFile names. Looks at the file and sends the signal.

import { readFileSync } from 'node:fs';
import { say } from '../terminal.ts';
import type { ControlWord } from './switches.ts';

const SIGNALS: Readonly<Record<Exclude<ControlWord, 'start'>, NodeJS.Signals>> = {
  stop: 'SIGTERM',
  restart: 'SIGHUP',
  graceful: 'SIGUSR1',
  'graceful-stop': 'SIGWINCH',
};

/** The process that a PidFile names. */
type Holder =
  | { readonly kind: 'none' }
  | { readonly kind: 'gone' | 'running'; readonly pid: number }
  | { readonly kind: 'unreadable'; readonly why: string };

function holderOf(pidFile: string): Holder {
  let text: string;
  try {
    text = readFileSync(pidFile, 'latin1');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return isMissing ? { kind: 'none' } : { kind: 'unreadable', why: String(error) };
  }
  const digits = /^\s*([1-9][0-9]{0,9})\s*$/.exec(text)?.[1];
  // A server that ended without rights in the folder leaves an empty file.
  if (text.trim() === '') return { kind: 'none' };
  if (digits === undefined) return { kind: 'unreadable', why: 'it holds no process id' };
  const pid = Number(digits);
  return { kind: pid !== process.pid && isAlive(pid) ? 'running' : 'gone', pid };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** What is to be done then. */
export type ControlResult = { readonly exit: number } | 'start';

/** Carries out `-k WORD`; `start` when a server is to be started. */
export function control(word: ControlWord, pidFile: string): ControlResult {
  const holder = holderOf(pidFile);
  if (holder.kind === 'unreadable') {
    say(`AH00058: Error retrieving pid file ${pidFile}: ${holder.why}`);
    say('AH00059: Remove it before continuing if it is corrupted.');
    return { exit: 1 };
  }
  if (word === 'start') {
    if (holder.kind !== 'running') return 'start';
    process.stdout.write(`httpd (pid ${holder.pid}) already running\n`);
    return { exit: 0 };
  }
  if (holder.kind === 'running') return { exit: send(holder.pid, SIGNALS[word]) };
  if (word === 'restart' || word === 'graceful') {
    process.stdout.write('httpd not running, trying to start\n');
    return 'start';
  }
  const shown = holder.kind === 'none' ? 'no pid file' : `pid ${holder.pid}?`;
  process.stdout.write(`httpd (${shown}) not running\n`);
  return { exit: 0 };
}

function send(pid: number, signal: NodeJS.Signals): number {
  try {
    process.kill(pid, signal);
    return 0;
  } catch (error) {
    say(`sending signal to server: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}
