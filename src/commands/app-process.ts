// `serve --app`: the application as a child in a process group of its own, so that all it starts ends with it.

import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { say, sayWarning } from './terminal.ts';

const STOP_MS = 5000;
const ASK_AGAIN_MS = 20;

export class AppProcess {
  readonly #child: ChildProcess;
  #isStopping = false;

  /** Runs `command` in a shell, with PORT telling where to listen. What it prints goes to standard error. */
  constructor(command: string, port: number) {
    this.#child = spawn('/bin/sh', ['-c', command], {
      detached: true,
      env: { ...process.env, PORT: String(port) },
      stdio: ['ignore', 2, 2],
    });
    this.#child.on('error', (error) => sayWarning(`the application cannot be started: ${error.message}`));
    this.#child.once('exit', (code, signal) => {
      if (!this.#isStopping) sayWarning(`the application ended (${signal ?? `exit code ${code}`})`);
    });
    process.on('exit', this.#killGroup);
    say(`started ${command} (pid ${this.#child.pid ?? '?'}, PORT=${port})`);
  }

  /** Asks the whole group to end, and ends what has not after five seconds. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#signal('SIGTERM');
    // The shell may end before what it started: the group counts, and the system tells only those who ask again.
    const deadline = Date.now() + STOP_MS;
    while (this.#signal(0) && Date.now() < deadline) await sleep(ASK_AGAIN_MS);
    this.#killGroup();
    process.off('exit', this.#killGroup);
  }

  /** Ends the whole group at once; a `stop` under way settles soon after. */
  kill(): void {
    this.#isStopping = true;
    this.#killGroup();
  }

  readonly #killGroup = (): void => {
    this.#signal('SIGKILL');
  };

  /** Answers whether anybody of the group was there to get it; 0 only asks. */
  #signal(signal: NodeJS.Signals | 0): boolean {
    const { pid } = this.#child;
    if (pid === undefined) return false;
    try {
      return process.kill(-pid, signal);
    } catch {
      return false;
    }
  }
}
