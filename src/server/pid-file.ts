// The file that tells others which process serves (PidFile).

import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { messageOf, StartError } from './start-error.ts';

/** Writes the process's number. A file of a process that is gone is replaced; a live one is a StartError. */
export function writePidFile(path: string): void {
  const other = readPid(path);
  if (other !== undefined && other !== process.pid && isServing(other)) {
    throw new StartError(
      `${path}: process ${other} already serves this configuration`,
      `Stop it with \`kill ${other}\`, or give this one a PidFile of its own.`,
    );
  }
  try {
    writeFileSync(path, `${process.pid}\n`);
  } catch (error) {
    throw new StartError(
      `PidFile cannot be written: ${messageOf(error)}`,
      'Change the PidFile line or make its directory.',
      error,
    );
  }
}

/** Removes the file if it is ours. */
export function removePidFile(path: string): void {
  if (readPid(path) !== process.pid) return;
  try {
    unlinkSync(path);
  } catch {
    // A stale file does no harm: the next start replaces it.
  }
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'latin1').trim());
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** True when that process lives and, where it can be told, is a program like this one: numbers are used again. */
function isServing(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  try {
    return /node|portico|apache|httpd/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
  } catch {
    return true;
  }
}
