// One child process that holds programs with portico inside, for many cases; asked over its message channel.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RunningServer, ServerPlace } from '../support/server-process.ts';
import { serverUser } from '../support/server-user.ts';

export const frameworks = ['node', 'express', 'fastify', 'koa', 'hono'] as const;

export type Framework = (typeof frameworks)[number];

interface Reply {
  readonly id?: number;
  readonly error?: string;
  readonly line?: string;
  readonly port?: number;
}

/** See the head of the file. */
export class FrameworkHost {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  readonly #lines = new Map<number, string[]>();
  #printed = '';
  #lastId = 0;

  constructor() {
    this.#child = fork(fileURLToPath(new URL('host.mjs', import.meta.url)), {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C', TZ: 'UTC', HOME: '/nonexistent' },
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      ...(serverUser ?? {}),
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#printed = (this.#printed + chunk.toString('latin1')).slice(-20_000);
      });
    this.#child.on('message', (reply: Reply) => this.#take(reply));
    this.#child.on('exit', (code, signal) => {
      const error = `the programs ended with ${code ?? signal}: ${this.#printed}`;
      for (const answer of this.#waiting.values()) answer({ error });
      this.#waiting.clear();
    });
  }

  #take(reply: Reply): void {
    if (reply.line !== undefined) {
      const lines = this.#lines.get(reply.port!) ?? [];
      this.#lines.set(reply.port!, [...lines.slice(-50), reply.line]);
      return;
    }
    this.#waiting.get(reply.id!)?.(reply);
    this.#waiting.delete(reply.id!);
  }

  #ask(message: object): Promise<void> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ error }) => (error === undefined ? resolve() : reject(new Error(error))));
      if (this.#child.connected) this.#child.send({ id, ...message });
      else this.#take({ id, error: `the programs have ended: ${this.#printed}` });
    });
  }

  /** Opens a program of that kind with a case's configuration, on the case's port. */
  async start(kind: Framework, { port, confFile }: ServerPlace): Promise<RunningServer> {
    this.#lines.delete(port);
    await this.#ask({ step: 'open', kind, port, configurationFile: confFile });
    return {
      pid: this.#child.pid ?? 0,
      log: () => `${(this.#lines.get(port) ?? []).join('\n')}\n${this.#printed}`,
      stop: () => this.#ask({ step: 'close', port }),
    };
  }

  close(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    if (this.#child.connected) this.#child.disconnect();
    return this.#child.exitCode === null && this.#child.signalCode === null ? ended : Promise.resolve();
  }
}
