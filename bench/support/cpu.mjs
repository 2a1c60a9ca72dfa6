// CPU time of a process and all its descendants, from /proc (Linux).

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

/** Microseconds of CPU that the process and everything below it have used; undefined where /proc is missing. */
export function cpuMicros(pid) {
  const stats = new Map();
  let names;
  try {
    names = readdirSync('/proc');
  } catch {
    return undefined;
  }
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(name);
    if (stat !== undefined) stats.set(Number(name), stat);
  }
  let ticks = 0;
  for (const [id, stat] of stats) if (isBelow(id, pid, stats)) ticks += stat.ticks;
  return (ticks * 1e6) / TICKS_PER_SECOND;
}

function isBelow(id, ancestor, stats) {
  for (let at = id, depth = 0; at > 1 && depth < 50; depth++) {
    if (at === ancestor) return true;
    at = stats.get(at)?.parent ?? 0;
  }
  return false;
}
