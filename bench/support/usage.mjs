// What a process and all its descendants use, from /proc (Linux): CPU time and memory.

import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

function readStat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // utime and stime, and those of children that were waited for.
    return {
      parent: Number(fields[1]),
      ticks: fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0),
    };
  } catch {
    return undefined;
  }
}

function allStats() {
  const stats = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(name);
    if (stat !== undefined) stats.set(Number(name), stat);
  }
  return stats;
}

function isBelow(id, ancestor, stats) {
  for (let at = id, depth = 0; at > 1 && depth < 50; depth++) {
    if (at === ancestor) return true;
    at = stats.get(at)?.parent ?? 0;
  }
  return false;
}

function family(pid) {
  let stats;
  try {
    stats = allStats();
  } catch {
    return undefined;
  }
  return new Map([...stats].filter(([id]) => isBelow(id, pid, stats)));
}

/** The process and all that it has started. */
export function below(pid) {
  return [...(family(pid)?.keys() ?? [pid])];
}

/** Microseconds of CPU that the process and everything below it have used; undefined where /proc is missing. */
export function cpuMicros(pid) {
  const stats = family(pid);
  if (stats === undefined) return undefined;
  let ticks = 0;
  for (const stat of stats.values()) ticks += stat.ticks;
  return (ticks * 1e6) / TICKS_PER_SECOND;
}

/** Bytes of memory that the process and everything below it hold. */
export function residentBytes(pid) {
  let kilobytes = 0;
  for (const id of below(pid)) {
    const status = readFileSync(`/proc/${id}/status`, 'latin1');
    kilobytes += Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  }
  return kilobytes * 1024;
}
