// A program of examples/ as a process of its own, on the built package.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export interface Example {
  readonly port: number;
  /** What it has printed so far. */
  readonly printed: string;
  readonly hasEnded: boolean;
  /** Ends it as a service is ended; its exit status. */
  stop(): Promise<number | null>;
}

export interface Start {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `examples/FOLDER/server.mjs` on a free port. */
export function startExample(folder: string): Promise<Example> {
  return startScript(`examples/${folder}/server.mjs`);
}

/** Starts a script that says where it listens, by its path in the repository, on a free port. */
export async function startScript(script: string, { args = [], env = {} }: Start = {}): Promise<Example> {
  const file = fileURLToPath(new URL(`../../${script}`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { env: { ...process.env, ...env, PORT: '0' } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit') as Promise<[number | null]>;
  let printed = '';
  const port = await new Promise<number>((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      printed += chunk.toString();
      const found = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(printed);
      if (found !== null) resolve(Number(found[1]));
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    void ended.then(([status]) => reject(new Error(`ended with ${status}: ${printed}`)));
  });
  return {
    port,
    get printed() {
      return printed;
    },
    get hasEnded() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    async stop() {
      child.kill('SIGTERM');
      const [status] = await ended;
      return status;
    },
  };
}
