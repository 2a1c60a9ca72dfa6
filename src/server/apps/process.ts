// One running program in a process group of its own: all that it starts gets its signals and ends with it. What it
// prints is cut into lines. Knows nothing of requests.

import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { describeStartError, type Launch } from './launch.ts';
import { LineSplitter } from './output.ts';

export type OutputStream = 'stdout' | 'stderr';

/** How it ended; for people. */
export interface ProcessEnd {
  readonly why: string;
  /** By itself, with exit code 0. */
  readonly isClean: boolean;
}

export interface ProcessEvents {
  line(text: string, stream: OutputStream): void;
  /** The program itself has ended, or could not be started: it takes no more requests. Once. */
  exited(): void;
  /** Behind `exited`, when what it printed has been read. Once. */
  ended(end: ProcessEnd): void;
}

/** Rounds of the event loop without output after which the pipes of an ended program count as empty. */
const QUIET_ROUNDS = 3;

export class GroupProcess {
  readonly #child: ChildProcess;
  readonly #launch: Launch;
  readonly #events: ProcessEvents;
  #sawOutput = false;
  #hasEnded = false;

  constructor(launch: Launch, events: ProcessEvents) {
    this.#launch = launch;
    this.#events = events;
    this.#child = spawn(launch.file, launch.words, {
      cwd: launch.directory,
      env: launch.env,
      // A session, and so a group, of its own.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(launch.uid === undefined ? {} : { uid: launch.uid }),
      ...(launch.gid === undefined ? {} : { gid: launch.gid }),
    });
    this.#child.unref();
    this.#listen();
  }

  /** Also the number of its group; undefined where it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The program itself has ended, or could not be started; others of its group may still be there. */
  get hasExited(): boolean {
    return this.#hasEnded;
  }

  #listen(): void {
    this.#read(this.#child.stdout, 'stdout');
    this.#read(this.#child.stderr, 'stderr');
    this.#child.once('error', (error) => {
      if (this.pid !== undefined) return;
      this.#over({ why: `could not be started: ${describeStartError(error, this.#launch)}`, isClean: false });
    });
    this.#child.once('exit', (code, signal) => {
      const why = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
      this.#over({ why, isClean: code === 0 });
    });
  }

  #read(stream: Readable | null, name: OutputStream): void {
    if (stream === null) return;
    const splitter = new LineSplitter((line) => this.#events.line(line, name));
    // A pipe of this process is a socket: it must not keep the server from ending.
    if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
    stream.on('data', (chunk: Buffer) => {
      this.#sawOutput = true;
      splitter.push(chunk);
    });
    stream.on('error', () => undefined);
    stream.once('close', () => splitter.end());
  }

  #over(end: ProcessEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#events.exited();
    this.whenQuiet(() => this.#events.ended(end));
  }

  /**
   * Calls back when what was printed has been read. What it left in the background may hold the pipes: they are given up
   * once nothing comes any more.
   */
  whenQuiet(then: () => void, rounds = 0): void {
    const { stdout, stderr } = this.#child;
    const isClosed = (stdout?.destroyed ?? true) && (stderr?.destroyed ?? true);
    if (isClosed || rounds >= QUIET_ROUNDS) {
      then();
      return;
    }
    this.#sawOutput = false;
    setImmediate(() => this.whenQuiet(then, this.#sawOutput ? 0 : rounds + 1));
  }

  /** Nobody reads what is left of its group any more. */
  close(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  /** Sends to the whole group; answers whether anybody of it was there. 0 only asks. */
  signal(signal: NodeJS.Signals | 0): boolean {
    return this.pid !== undefined && signalGroup(this.pid, signal);
  }
}

/** Sends to a process group; answers whether anybody of it was there. 0 only asks. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
