// The table of processes where there is no procfs: ps(1) as POSIX has it, and lsof(8) where it is installed.

import { execFile, execFileSync } from 'node:child_process';
import { hostname } from 'node:os';
import type { ProcessTable } from './process-table.ts';

interface PsRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly kilobytes: number;
  readonly state: string;
}

export class PsTable implements ProcessTable {
  readonly bootId: string = bootIdOf();

  startTimeOf(pid: number): string | undefined {
    const text = run('ps', ['-o', 'lstart=', '-p', String(pid)]).trim();
    return text === '' ? undefined : text;
  }

  membersOf(group: number): readonly number[] {
    return rows()
      .filter((row) => row.group === group && !row.state.startsWith('Z'))
      .map(({ pid }) => pid);
  }

  /** Shown only of processes of the same user, behind their arguments. */
  hasMark(group: number, mark: string): boolean {
    return this.membersOf(group).some((pid) =>
      ` ${run('ps', ['eww', '-o', 'command=', '-p', String(pid)])} `.includes(` ${mark} `),
    );
  }

  memoryOf(groups: readonly number[]): readonly (number | undefined)[] {
    const all = rows();
    return groups.map((group) =>
      all.filter((row) => row.group === group).reduce((sum, row) => sum + row.kilobytes * 1024, 0),
    );
  }

  async strangerOn(port: number, group: number): Promise<string | undefined> {
    const told = await runAside('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fp']);
    const holders = [...told.matchAll(/^p(\d+)$/gm)].map(([, pid]) => Number(pid));
    if (holders.length === 0) return undefined;
    const all = new Map(rows().map((row) => [row.pid, row]));
    const isOurs = (pid: number): boolean => {
      for (
        let row = all.get(pid), steps = 0;
        row !== undefined && steps < 64;
        row = all.get(row.parent), steps++
      )
        if (row.group === group) return true;
      return false;
    };
    return holders.some(isOurs) ? undefined : `process ${holders[0]}`;
  }
}

function rows(): readonly PsRow[] {
  const text = run('ps', ['-A', '-o', 'pid=,ppid=,pgid=,rss=,stat=']);
  return [...text.matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\S+)/gm)].map(
    ([, pid, parent, group, kilobytes, state = '']) => ({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      kilobytes: Number(kilobytes),
      state,
    }),
  );
}

/** What a program prints; '' where it cannot be run or finds nothing. */
function run(program: string, words: readonly string[]): string {
  try {
    return execFileSync(program, words, {
      encoding: 'latin1',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5000,
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' },
    });
  } catch {
    return '';
  }
}

function runAside(program: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, words, { encoding: 'latin1', timeout: 5000 }, (_error, text) => resolve(text));
  });
}

function bootIdOf(): string {
  const session = run('sysctl', ['-n', 'kern.bootsessionuuid']).trim();
  return session === '' ? `${hostname()} ${run('sysctl', ['-n', 'kern.boottime']).trim()}` : session;
}
