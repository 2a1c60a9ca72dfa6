// What tests of rules in frameworks need: programs that listen, folders, backends, and their end.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type Backend, startBackend } from './backend.ts';

/** A program that listens. */
export interface Program {
  readonly port: number;
  close(): Promise<void>;
}

/** Takes log lines, and forgets them. */
export const quiet = (): void => undefined;

/** Ends something after the test. */
export function later<Closed extends { close(): Promise<unknown> }>(closed: Closed): Closed {
  onTestFinished(async () => void (await closed.close()));
  return closed;
}

/** A folder with these files, for the time of the test. */
export async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'portico-adapters-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

/** A backend for the time of the test. */
export async function backendOf(): Promise<Backend> {
  return later(await startBackend());
}

/** Waits for something that happens soon. */
export async function soon(isThere: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !isThere(); i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(isThere()).toBe(true);
}
