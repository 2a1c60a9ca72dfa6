// The file that tells others which process serves (PidFile).

import { closeSync, ftruncateSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { messageOf, StartError } from './start-error.ts';

export interface PidFile {
  readonly path: string;
  /** Removes the file if it is still this one; where the folder does not let it, empties it. */
  remove(): void;
}

/** Writes the process's number. A file of a process that is gone is replaced; a live one is a StartError. */
export function writePidFile(path: string): PidFile {
  const other = readPid(path);
  if (other !== undefined && other !== process.pid && isWriter(other, path)) {
    throw new StartError(
      `${path}: process ${other} already serves this configuration`,
      `Stop it with \`kill ${other}\`, or give this one a PidFile of its own.`,
    );
  }
  const fd = writeNumber(path);
  return { path, remove: () => removeFile(path, fd) };
}

/** Answers a descriptor that stays open: it still can empty the file when the process has become another user. */
function writeNumber(path: string): number {
  try {
    const fd = openSync(path, 'w+');
    writeSync(fd, `${process.pid}\n`, 0);
    return fd;
  } catch (error) {
    throw new StartError(
      `PidFile cannot be written: ${messageOf(error)}`,
      'Change the PidFile line or make its directory.',
      error,
    );
  }
}

function removeFile(path: string, fd: number): void {
  try {
    if (numberIn(readFileSync(fd, 'latin1')) === process.pid) {
      ftruncateSync(fd);
      unlinkSync(path);
    }
  } catch {
    // An empty file keeps nobody from starting.
  }
  closeSync(fd);
}

function readPid(path: string): number | undefined {
  try {
    return numberIn(readFileSync(path, 'latin1'));
  } catch {
    return undefined;
  }
}

function numberIn(text: string): number | undefined {
  return /^\s*[1-9][0-9]{0,9}\s*$/.test(text) ? Number(text) : undefined;
}

/** True when that process lives and, where it can be told, may have written the file: numbers are used again. */
function isWriter(pid: number, path: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  try {
    if (!/node|portico|apache|httpd/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'))) return false;
    return startTime(pid) <= statSync(path).mtimeMs + CLOCK_ERROR_MS;
  } catch {
    return true;
  }
}

/** The kernel tells the time of its own start in whole seconds. */
const CLOCK_ERROR_MS = 2000;
const TICKS_PER_SECOND = 100;

/** When a process began, in milliseconds since 1970 (proc(5): field 22 of stat, after the name in parentheses). */
function startTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const boot = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1]);
  return boot * 1000 + (ticks * 1000) / TICKS_PER_SECOND;
}
