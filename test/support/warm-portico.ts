// portico's commands in processes that are kept for the next case. Owns these processes (warm-host.mjs): each carries
// out one command at a time, and as many are there as have been needed at once.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  type ConfigtestResult,
  type RunningServer,
  requireBuild,
  type ServerPlace,
  START_MS,
  STOP_MS,
  serverSurroundings,
  tailOfErrorLog,
} from './server-process.ts';

const HOST_PROGRAM = fileURLToPath(new URL('warm-host.mjs', import.meta.url));

/** What a host writes on both of its streams when a command is over. */
const END_MARK = /\0ended with (\d+)\0/;

const idle: Host[] = [];

/** Like `startServer` for portico. */
export async function startWarmPortico(place: ServerPlace): Promise<RunningServer> {
  const host = takeHost();
  let printed = host.begin(['serve', '-f', place.confFile]);
  let startMessages = 0;
  const server: RunningServer = {
    pid: host.pid,
    log: () => `${host.history}${printed().slice(startMessages)}${tailOfErrorLog(place)}`,
    async stop() {
      if (!host.isFree()) host.signal('SIGTERM');
      await host.until(() => host.isFree(), STOP_MS);
      const text = printed();
      printed = () => text;
      giveBack(host);
    },
  };
  await host.until(() => host.isFree() || /^portico: ready on /m.test(printed()), START_MS);
  if (/^portico: ready on /m.test(printed())) {
    startMessages = printed().length;
    return server;
  }
  const why = host.isFree() || host.isGone() ? 'it ended at once' : `it was not ready after ${START_MS} ms`;
  await server.stop();
  throw new Error(`portico did not start: ${why}\n${server.log()}`);
}

/** Like `runConfigtest` for portico. */
export async function runWarmConfigtest(place: ServerPlace): Promise<ConfigtestResult> {
  const host = takeHost();
  const printed = host.begin(['configtest', '-f', place.confFile]);
  await host.until(() => host.isFree(), START_MS);
  const code = host.code();
  const message = printed();
  giveBack(host);
  if (code !== 0 && code !== 1) throw new Error(`portico ended with ${code}:\n${message}`);
  return { isAccepted: code === 0, message };
}

/** Ends the processes that are kept; the next case starts others. */
export async function closeWarmPorticos(): Promise<void> {
  await Promise.all(idle.splice(0).map((host) => host.end()));
}

function takeHost(): Host {
  const host = idle.pop();
  if (host === undefined) return new Host();
  return host.isGone() ? takeHost() : host;
}

/** One whose command does not end is not used again. */
function giveBack(host: Host): void {
  if (host.isFree() && !host.isGone()) idle.push(host);
  else host.signal('SIGKILL');
}

class Host {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #texts = { stdout: '', stderr: '' };
  #commands = 0;
  #onChange: () => void = () => undefined;

  constructor() {
    requireBuild();
    this.#child = spawn(process.execPath, [HOST_PROGRAM], {
      ...serverSurroundings,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#exited = new Promise((resolve) => this.#child.once('exit', () => resolve()));
    void this.#exited.then(() => this.#onChange());
    this.#child.on('error', (error) => this.#hear('stderr', `${error.message}\n`));
    for (const name of ['stdout', 'stderr'] as const)
      this.#child[name]?.on('data', (chunk: Buffer) => this.#hear(name, chunk.toString('latin1')));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** For a reader who looks for what a case has in common with others. */
  get history(): string {
    return this.#commands > 1 ? `(in a process that has served ${this.#commands - 1} cases before)\n` : '';
  }

  /** Lets it carry out a command; answers what is printed from now on. */
  begin(words: readonly string[]): () => string {
    this.#texts = { stdout: '', stderr: '' };
    this.#commands += 1;
    this.#child.send([...words]);
    return () => (this.#texts.stdout + this.#texts.stderr).replaceAll(new RegExp(END_MARK, 'g'), '');
  }

  /** The exit code of the command; undefined while it goes on. */
  code(): number | undefined {
    const [out, err] = [this.#texts.stdout, this.#texts.stderr].map((text) => END_MARK.exec(text)?.[1]);
    return out !== undefined && out === err ? Number(out) : undefined;
  }

  isFree(): boolean {
    return this.code() !== undefined;
  }

  isGone(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined;
  }

  signal(name: NodeJS.Signals): void {
    if (!this.isGone()) this.#child.kill(name);
  }

  /** Waits until something is true, the process has ended or the time is over. */
  async until(isTrue: () => boolean, timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#onChange = () => {
        if (!isTrue() && !this.isGone()) return;
        clearTimeout(timer);
        resolve();
      };
      this.#onChange();
    });
    this.#onChange = () => undefined;
  }

  async end(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exited;
  }

  #hear(name: 'stdout' | 'stderr', text: string): void {
    this.#texts[name] = (this.#texts[name] + text).slice(-200_000);
    this.#onChange();
  }
}
