// Which core does what: the measured front has one to itself, everything else keeps off it.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

function allowedCores() {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '';
  return list.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
}

/**
 * Moves this process, and with it what it will start, off one core, and answers which: `{ front, rest }`, as lists for
 * taskset. Undefined where there is one core only or no taskset: then nothing is placed.
 */
export function placeOnCores() {
  if (spawnSync('taskset', ['-V']).status !== 0) return undefined;
  const [front, ...rest] = allowedCores();
  if (rest.length === 0) return undefined;
  const list = rest.join(',');
  const { status } = spawnSync('taskset', ['-acp', list, String(process.pid)]);
  return status === 0 ? { front: String(front), rest: list } : undefined;
}
