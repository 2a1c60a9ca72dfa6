// Linux's own table of processes, proc(5).

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ProcessTable } from './process-table.ts';

interface Stat {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  /** Clock ticks since the system began. */
  readonly startTime: string;
}

/** The addresses under which a socket answers for this machine, as /proc/net/tcp spells them. */
const LOCAL_ADDRESSES: ReadonlySet<string> = new Set([
  '00000000',
  '0100007F',
  '0'.repeat(32),
  `${'0'.repeat(24)}01000000`,
  '0000000000000000FFFF00000100007F',
]);

export class Procfs implements ProcessTable {
  readonly bootId: string = read('/proc/sys/kernel/random/boot_id').trim();

  startTimeOf(pid: number): string | undefined {
    return statOf(pid)?.startTime;
  }

  membersOf(group: number): readonly number[] {
    return allStats()
      .filter((stat) => stat.group === group && stat.state !== 'Z' && stat.state !== 'X')
      .map(({ pid }) => pid);
  }

  hasMark(group: number, mark: string): boolean {
    return this.membersOf(group).some((pid) => `\0${read(`/proc/${pid}/environ`)}`.includes(`\0${mark}\0`));
  }

  memoryOf(groups: readonly number[]): readonly (number | undefined)[] {
    const sums = new Map(groups.map((group) => [group, 0]));
    for (const { pid, group } of allStats()) {
      const sum = sums.get(group);
      if (sum === undefined) continue;
      const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1];
      sums.set(group, sum + Number(kilobytes ?? 0) * 1024);
    }
    return groups.map((group) => sums.get(group));
  }

  async strangerOn(port: number, group: number): Promise<string | undefined> {
    const sockets = await listenersOn(port);
    const isOurs = (pid: number): boolean => holdsOneOf(pid, sockets);
    // Most often the first process itself listens; a look at all processes costs some milliseconds.
    if (sockets.size === 0 || isOurs(group) || this.membersOf(group).some(isOurs)) return undefined;
    // A process that left the group still is the application's; who listens cannot be told of other users' processes.
    const stats = new Map(allStats().map((stat) => [stat.pid, stat]));
    const holders = [...stats.keys()].filter((pid) => holdsOneOf(pid, sockets));
    if (holders.length === 0 || holders.some((pid) => descendsFrom(pid, group, stats))) return undefined;
    const [pid] = holders;
    return `process ${pid} (${read(`/proc/${pid}/comm`).trim()})`;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** A name in parentheses stands in front of the third field and may hold anything. */
function statOf(pid: number): Stat | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === '') return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', parent, group] = fields;
  return { pid, state, parent: Number(parent), group: Number(group), startTime: fields[19] ?? '' };
}

function allStats(): readonly Stat[] {
  return list('/proc')
    .filter((name) => /^[1-9]/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== undefined);
}

/** Behind the local port of a socket that listens: no remote address, and its state. */
const LISTENING = [' 00000000:0000 0A ', ` ${'0'.repeat(32)}:0000 0A `];
const INODE_FIELD = 9;

/**
 * Links of the sockets that listen on a port of this machine, as /proc/PID/fd shows them. The tables are long where
 * there are many connections: they are read aside, and searched as a whole.
 */
async function listenersOn(port: number): Promise<ReadonlySet<string>> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const found = new Set<string>();
  for (const path of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const table = await readFile(path, 'latin1').catch(() => '');
    for (const needle of LISTENING.map((rest) => wanted + rest))
      for (let at = table.indexOf(needle); at >= 0; at = table.indexOf(needle, at + 1)) {
        const line = table.slice(table.lastIndexOf('\n', at) + 1, table.indexOf('\n', at));
        const [, local = '', ...others] = line.trim().split(/\s+/);
        if (LOCAL_ADDRESSES.has(local.split(':')[0] ?? '')) found.add(`socket:[${others[INODE_FIELD - 2]}]`);
      }
  }
  return found;
}

function holdsOneOf(pid: number, sockets: ReadonlySet<string>): boolean {
  return list(`/proc/${pid}/fd`).some((fd) => {
    try {
      return sockets.has(readlinkSync(`/proc/${pid}/fd/${fd}`));
    } catch {
      return false;
    }
  });
}

const MOST_STEPS = 64;

function descendsFrom(pid: number, group: number, stats: ReadonlyMap<number, Stat>): boolean {
  let stat = stats.get(pid);
  for (let steps = 0; stat !== undefined && steps < MOST_STEPS; steps++) {
    if (stat.group === group) return true;
    stat = stats.get(stat.parent);
  }
  return false;
}
