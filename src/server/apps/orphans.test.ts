// What a killed server left is ended by the next one; nobody else is.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/support/scene.ts';
import { isAlive, untilGone } from '../../../test/support/supervised.ts';
import { findProcessTable } from './find-process-table.ts';
import { Orphans } from './orphans.ts';
import { PsTable } from './ps-table.ts';

const MARK = 'PORTICO_APP_SERVER=0123456789abcdef';

let folder: string;
let log: string[];
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'portico-orphans-'));
  log = [];
});

afterEach(() => {
  for (const { pid } of children.splice(0))
    if (pid !== undefined && isAlive(pid)) process.kill(-pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function start(script: string): number {
  const child = spawn('/bin/sh', ['-c', script], {
    detached: true,
    stdio: 'ignore',
    env: { PATH: process.env.PATH, PORTICO_APP_SERVER: '0123456789abcdef' },
  });
  children.push(child);
  return child.pid!;
}

const tables = [
  ['procfs or what is there', findProcessTable()],
  ['ps', new PsTable()],
] as const;

for (const [name, table] of tables)
  describe(`orphans, with ${name}`, () => {
    const make = (identity = 'server'): Orphans =>
      new Orphans({ identity, mark: MARK, table, log: (_level, text) => log.push(text), parent: folder });

    function recordFile(): string {
      const [file = ''] = readdirSync(join(folder, 'portico-apps'));
      return join(folder, 'portico-apps', file);
    }

    /** The record as a server would have left it that is gone. */
    async function leave(
      change: (record: Record<string, unknown>) => void,
      ...pids: number[]
    ): Promise<void> {
      const orphans = make();
      await orphans.clear();
      for (const pid of pids) orphans.add('shop', pid);
      const record = JSON.parse(readFileSync(recordFile(), 'utf8')) as Record<string, unknown>;
      record.server = { pid: spawnSync('true').pid, startTime: '1' };
      change(record);
      writeFileSync(recordFile(), JSON.stringify(record));
    }

    it('are ended with their whole group, and the record goes', async () => {
      const pid = start('sleep 1000 & sleep 1000');
      await leave(() => undefined, pid);
      await make().clear();
      await untilGone(pid);
      expect(table.membersOf(pid)).toEqual([]);
      expect(readdirSync(join(folder, 'portico-apps'))).toEqual([]);
      expect(log).toEqual([`app shop: process ${pid} was left by a server that was killed: it is ended`]);
    });

    it('are known by their mark where the first process of the group is gone', async () => {
      const pid = start('sleep 1000 & echo $! > /dev/null');
      await leave((record) => {
        record.groups = [{ app: 'shop', pid, startTime: '12' }];
      }, start('sleep 1000'));
      await until('the end of the first', () => (table.startTimeOf(pid) === undefined ? true : undefined));
      const [left = 0] = table.membersOf(pid);
      expect(left).toBeGreaterThan(0);
      await make().clear();
      await untilGone(left);
    });

    it('never are processes that got the number later', async () => {
      const innocent = start('sleep 1000');
      await leave((record) => {
        record.groups = [{ app: 'shop', pid: innocent, startTime: '12' }];
      }, innocent);
      await make().clear();
      expect(isAlive(innocent)).toBe(true);
      expect(readdirSync(join(folder, 'portico-apps'))).toEqual([]);
    });

    it('never are those of another run of the system, of a server that lives, or of another server', async () => {
      const innocent = start('sleep 1000');
      await leave((record) => {
        record.bootId = 'an earlier run';
      }, innocent);
      await make().clear();
      await leave((record) => {
        record.server = { pid: process.pid, startTime: table.startTimeOf(process.pid) };
      }, innocent);
      await make().clear();
      await leave(() => undefined, innocent);
      await make('another').clear();
      expect(isAlive(innocent)).toBe(true);
      expect(log).toEqual([]);
    });

    it('are not looked for in a file that makes no sense, nor in a folder that others may write to', async () => {
      const pid = start('sleep 1000');
      await leave((record) => {
        record.groups = [{ app: 'shop', pid: -1, startTime: 'x' }];
      }, pid);
      await make().clear();
      await leave(() => undefined, pid);
      chmodSync(join(folder, 'portico-apps'), 0o777);
      await make().clear();
      expect(isAlive(pid)).toBe(true);
      expect(log).toEqual([expect.stringContaining('is open to others: chmod 700 it')]);
    });

    it('are forgotten when they have ended', async () => {
      const orphans = make();
      await orphans.clear();
      const pid = start('sleep 1000');
      orphans.add('shop', pid);
      expect(readdirSync(join(folder, 'portico-apps')).length).toBe(1);
      orphans.delete(pid);
      expect(readdirSync(join(folder, 'portico-apps'))).toEqual([]);
    });
  });
