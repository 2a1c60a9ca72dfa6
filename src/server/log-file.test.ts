// Log files that are opened again while they are written.
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FileLog } from './log-file.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portico-log-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Longer than what is gathered: written at once. */
const LONG = 'x'.repeat(70_000);
const WRITTEN_MS = 200;

it('a descriptor that was given up is closed once, and never again when somebody else has its number', async () => {
  const log = new FileLog(join(folder, 'a.log'), () => undefined);
  log.write(LONG);
  log.reopen();
  log.reopen();
  await sleep(WRITTEN_MS);
  // The numbers that are free now.
  const others = Array.from({ length: 8 }, (_, at) => openSync(join(folder, `other${at}`), 'w'));
  log.write(LONG);
  await sleep(WRITTEN_MS);
  for (const fd of others) expect(fstatSync(fd).isFile()).toBe(true);
  for (const fd of others) closeSync(fd);
  await log.close();
  expect(readFileSync(join(folder, 'a.log'), 'latin1')).toBe(`${LONG}\n${LONG}\n`);
});
