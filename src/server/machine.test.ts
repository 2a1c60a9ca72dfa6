import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Machine } from './machine.ts';

let folder: string;
const told: string[] = [];
const machine = new Machine((text) => told.push(text));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portico-machine-'));
  writeFileSync(join(folder, 'a'), 'four');
  chmodSync(join(folder, 'a'), 0o640);
  utimesSync(join(folder, 'a'), 1, 1_700_000_000.25);
  symlinkSync('a', join(folder, 'link'));
  writeFileSync(Buffer.from(`${folder}/\xe9`, 'latin1'), 'bytes');
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('files', () => {
  it('have facts, with the time in whole microseconds', () => {
    expect(machine.stat(join(folder, 'a'))).toMatchObject({
      kind: 'file',
      size: 4,
      mtime: 1_700_000_000_250_000,
      mode: 0o640,
    });
    expect(machine.stat(folder)).toMatchObject({ kind: 'directory' });
  });

  it('are looked at behind links or as links', () => {
    expect(machine.stat(join(folder, 'link'))).toMatchObject({ kind: 'file' });
    expect(machine.stat(join(folder, 'link'), true)).toMatchObject({ kind: 'symlink' });
  });

  it('that are not there have none, whatever stands in their way', () => {
    expect(machine.stat(join(folder, 'b'))).toBeUndefined();
    expect(machine.stat(join(folder, 'a/b'))).toBeUndefined();
    expect(machine.stat(`${folder}/a\0b`)).toBeUndefined();
  });

  it('have names of bytes', () => {
    expect(machine.list(folder)).toContain('\xe9');
    expect(machine.read(`${folder}/\xe9`)).toBe('bytes');
    expect(machine.stat(`${folder}/\xe9`)).toMatchObject({ size: 5 });
  });
});

describe('users and groups', () => {
  it('are those of the machine', () => {
    expect(machine.userName(0)).toBe('root');
    expect(machine.groupName(0)).toBe(readFileSync('/etc/group', 'latin1').match(/^([^:]+):[^:]*:0:/m)?.[1]);
    expect(machine.userHome('root')).toBe(
      readFileSync('/etc/passwd', 'latin1').match(/^root:(?:[^:]*:){4}([^:]*)/m)?.[1],
    );
    expect(machine.userHome('nobody-of-this-name')).toBeUndefined();
  });
});

describe('logs', () => {
  it('gather lines and append them', async () => {
    const path = join(folder, 'access.log');
    writeFileSync(path, 'before\n');
    const log = machine.openLog(path);
    log.write('one');
    log.write('two \xe9');
    expect(machine.openLog(path)).toBe(log);
    await expect.poll(() => readFileSync(path, 'latin1')).toBe('before\none\ntwo \xe9\n');
  });

  it('go on in a new file after rotation', async () => {
    const path = join(folder, 'rotated.log');
    const log = machine.openLog(path);
    log.write('old');
    renameSync(path, `${path}.1`);
    machine.reopenLogs();
    log.write('new');
    await expect.poll(() => readFileSync(path, 'latin1')).toBe('new\n');
    expect(readFileSync(`${path}.1`, 'latin1')).toBe('old\n');
  });

  it('are written before close settles', async () => {
    const path = join(folder, 'last.log');
    const other = new Machine(() => undefined);
    for (let i = 0; i < 5000; i++) other.openLog(path).write(`line ${i}`);
    await other.closeLogs();
    expect(readFileSync(path, 'latin1').trimEnd().split('\n')).toHaveLength(5000);
  });

  it('that cannot be opened are reported and take lines without complaint', () => {
    const other = new Machine((text) => told.push(text));
    const path = join(folder, 'missing/a.log');
    other.openLog(path).write('lost');
    expect(told.at(-1)).toContain(path);
  });

  it('are opened together or not at all', () => {
    const other = new Machine((text) => told.push(text));
    const before = told.length;
    const good = join(folder, 'good.log');
    const bad = join(folder, 'missing/b.log');
    expect(other.openLogs([good, bad])).toEqual([expect.stringContaining(`open '${bad}'`)]);
    expect(other.openLogs([good])).toEqual([]);
    expect(told).toHaveLength(before);
  });

  it('may be programs, started again when they end', async () => {
    const other = new Machine((text) => told.push(text));
    const path = join(folder, 'piped.log');
    const target = `|/bin/sh -c 'head -n 1 >> ${path}'`;
    other.openLog(target).write('first');
    await expect.poll(() => readText(path)).toBe('first\n');
    await sleep(1200);
    other.openLog(target).write('second');
    await expect.poll(() => readText(path), { timeout: 5000 }).toBe('first\nsecond\n');
    expect(told.at(-1)).toContain('failed unexpectedly');
    await other.closeLogs();
  });
});

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
