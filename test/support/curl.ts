// The real curl as a client.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { part } from './programs.ts';

export interface CurlRun {
  readonly code: number | null;
  /** Latin1. */
  readonly stdout: string;
  readonly stderr: string;
}

const QUIET = ['--silent', '--show-error', '--max-time', '100', '--noproxy', '*'];

/** Runs curl; `stdin` is a file. The user's own curl settings do not count. */
export async function curl(args: readonly string[], stdin?: string): Promise<CurlRun> {
  const pieces: Buffer[] = [];
  const { code, stderr } = await run(args, stdin, (chunk) => pieces.push(chunk));
  return { code, stdout: Buffer.concat(pieces).toString('latin1'), stderr };
}

/** Runs curl and keeps nothing of what it gets but the number of bytes and their SHA-256. */
export async function curlDigest(
  args: readonly string[],
): Promise<{ code: number | null; stderr: string; bytes: number; digest: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const ended = await run(args, undefined, (chunk) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  return { ...ended, bytes, digest: hash.digest('hex') };
}

function run(
  args: readonly string[],
  stdin: string | undefined,
  onOutput: (chunk: Buffer) => void,
): Promise<{ code: number | null; stderr: string }> {
  const program = part('curl')?.program ?? 'curl';
  const input = stdin === undefined ? 'ignore' : openSync(stdin, 'r');
  const child = spawn(program, ['--disable', ...QUIET, ...args], { stdio: [input, 'pipe', 'pipe'] });
  if (typeof input === 'number') closeSync(input);
  let stderr = '';
  child.stdout?.on('data', onOutput);
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('latin1');
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stderr }));
  });
}
