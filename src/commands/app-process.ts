// `serve --app`: the application as a child in a process group of its own, so that all it starts ends with it.

import { type ChildProcess, spawn } from 'node:child_process';
import { say, sayWarning } from './terminal.ts';

const STOP_MS = 5000;

export class AppProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #isStopping = false;

  /** Runs `command` in a shell, with PORT telling where to listen. What it prints goes to standard error. */
  constructor(command: string, port: number) {
    this.#child = spawn('/bin/sh', ['-c', command], {
      detached: true,
      env: { ...process.env, PORT: String(port) },
      stdio: ['ignore', 2, 2],
    });
    this.#child.on('error', (error) => sayWarning(`the application cannot be started: ${error.message}`));
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        if (!this.#isStopping) sayWarning(`the application ended (${signal ?? `exit code ${code}`})`);
        resolve();
      });
    });
    process.on('exit', this.#killGroup);
    say(`started ${command} (pid ${this.#child.pid ?? '?'}, PORT=${port})`);
  }

  /** Asks the whole group to end, and ends what has not after five seconds. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#signal('SIGTERM');
    const timer = setTimeout(this.#killGroup, STOP_MS);
    if (this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null)
      await this.#ended;
    clearTimeout(timer);
    this.#killGroup();
    process.off('exit', this.#killGroup);
  }

  readonly #killGroup = (): void => this.#signal('SIGKILL');

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // Nobody of the group is left.
    }
  }
}
