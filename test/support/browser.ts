// A real Chromium, asked for the page it ends up with.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { part } from './programs.ts';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The DOM of a page after so many milliseconds of the browser's own time. */
export async function browse(url: string, milliseconds: number): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'portico-chromium-'));
  try {
    return await dumpDom(url, profile, milliseconds);
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function dumpDom(url: string, profile: string, milliseconds: number): Promise<string> {
  const program = part('chromium')?.program ?? '';
  const own = [`--user-data-dir=${profile}`, `--virtual-time-budget=${milliseconds}`, '--dump-dom', url];
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...FLAGS, ...own], {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 60_000,
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', () => resolve(text));
  });
}
