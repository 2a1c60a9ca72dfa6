// The system's table of processes, read in both ways that there are.
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/support/scene.ts';
import { findProcessTable } from './find-process-table.ts';
import { PsTable } from './ps-table.ts';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) process.kill(-child.pid!, 'SIGKILL');
});

function start(script: string): number {
  const child = spawn('/bin/sh', ['-c', script], {
    detached: true,
    stdio: 'ignore',
    env: { MARK_OF: 'mine' },
  });
  children.push(child);
  return child.pid!;
}

for (const [name, table] of [
  ['what is there', findProcessTable()],
  ['ps', new PsTable()],
] as const)
  describe(`the table of processes, from ${name}`, () => {
    it('tells one process from another by its start', () => {
      const own = table.startTimeOf(process.pid);
      expect(own).toBe(table.startTimeOf(process.pid));
      expect(own).not.toBe('');
      expect(table.startTimeOf(2 ** 22 + 1)).toBeUndefined();
      expect(table.bootId).not.toBe('');
    });

    it('tells who belongs to a group, what marks it and how much memory it has', async () => {
      const group = start('/bin/sleep 1000 & /bin/sleep 1000');
      await until('both', () => (table.membersOf(group).length === 3 ? true : undefined));
      expect(table.hasMark(group, 'MARK_OF=mine')).toBe(true);
      expect(table.hasMark(group, 'MARK_OF=min')).toBe(false);
      const [memory, none] = table.memoryOf([group, 2 ** 22 + 1]);
      expect(memory).toBeGreaterThan(100_000);
      expect(none).toBe(0);
      expect(table.membersOf(2 ** 22 + 1)).toEqual([]);
    });

    it('tells who listens on a port that a group should have', async () => {
      const group = start('/bin/sleep 1000');
      const server = createServer().listen(0, '127.0.0.1');
      await until('the port', () => (server.listening ? true : undefined));
      const { port } = server.address() as { port: number };
      expect(await table.strangerOn(port, group)).toContain(`process ${process.pid}`);
      server.close();
      await until('the end', () => (server.listening ? undefined : true));
      expect(await table.strangerOn(port, group)).toBeUndefined();
    });
  });
