// A `prg:` map: one process, asked a line at a time. Keys and answers are bytes; keys with a newline are never sent.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { LiveMap, MapHost } from './live-map.ts';
import { findProgramUser, type ProgramUser } from './program-user.ts';

/** A question that waits for its line. */
interface Question {
  readonly key: string;
  readonly answer: (value: string | null) => void;
}

/** How long a program may think about one key, milliseconds. A rule must not hold a request for ever. */
const ANSWER_TIMEOUT = 10_000;

/** The longest answer that is taken. */
const LONGEST_ANSWER = 64 * 1024;

/** Time between SIGTERM and SIGKILL for a program that is no longer needed, as Apache's. */
const KILL_AFTER = 3000;

/** How much of what a program complains about is logged at a time. */
const LONGEST_COMPLAINT = 8192;

export interface MapProgramSpec {
  readonly path: string;
  readonly words: readonly string[];
  /** `user[:group]` to run as; only root can. */
  readonly user?: string | undefined;
}

/** Byte strings as the operating system's strings. */
function native(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

/** Started with the site, ended with it; started again when it dies. While it is not running every key is a miss. */
export class MapProgram implements LiveMap {
  readonly #spec: MapProgramSpec;
  #child: ChildProcessWithoutNullStreams | undefined = undefined;
  #user: ProgramUser | undefined = undefined;
  #running = false;
  #held = '';
  readonly #questions: Question[] = [];
  #timer: NodeJS.Timeout | undefined = undefined;
  #complain: (text: string) => void = () => {};

  constructor(spec: MapProgramSpec) {
    this.#spec = spec;
  }

  /** Starts the program where rules may ask it; rejects when that fails, as Apache does not start then. */
  async open({ site, engineOn, complain }: MapHost): Promise<void> {
    if (!engineOn) return;
    this.#complain = complain;
    const { user } = this.#spec;
    if (user !== undefined) this.#user = this.#findUser(user, (path) => site.io.read(path));
    await new Promise<void>((resolve, reject) => {
      const child = this.#spawn();
      child.once('error', (error) => reject(this.#startError(error.message)));
      child.once('spawn', () => {
        this.#running = true;
        resolve();
      });
    });
  }

  #startError(why: string): Error {
    return new Error(`AH00654: mod_rewrite: could not start RewriteMap program ${this.#spec.path}: ${why}`);
  }

  #findUser(name: string, read: (path: string) => string): ProgramUser | undefined {
    const user = findProgramUser(name, read('/etc/passwd'), read('/etc/group'));
    if (user === undefined) throw this.#startError(`there is no user or group ${name}`);
    if (process.geteuid?.() === 0) return user;
    if (user.uid !== process.geteuid?.())
      this.#complain(
        `RewriteMap program ${this.#spec.path} cannot run as ${name}: only root may start it so, it runs as the server does`,
      );
    return undefined;
  }

  close(): void {
    this.#running = false;
    const child = this.#child;
    this.#child = undefined;
    this.#missAll();
    if (child === undefined) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER);
    timer.unref();
    child.once('exit', () => clearTimeout(timer));
  }

  lookup(key: string): string | null | Promise<string | null> {
    if (!this.#running || key.includes('\n')) return null;
    return new Promise((answer) => {
      this.#questions.push({ key, answer });
      if (this.#questions.length === 1) this.#ask();
    });
  }

  /** As under Apache, the program's environment is empty: nothing of the server's leaks into it. */
  #spawn(): ChildProcessWithoutNullStreams {
    const { path, words } = this.#spec;
    const child = spawn(native(path), words.map(native), { stdio: 'pipe', env: {}, ...this.#user });
    this.#child = child;
    this.#held = '';
    child.stdin.on('error', () => {});
    child.on('error', (error) => this.#lost(child, error.message));
    child.on('exit', (code, signal) => this.#lost(child, `ended with ${signal ?? code}`));
    child.stdout.on('data', (chunk: Buffer) => {
      if (child === this.#child) this.#take(chunk.toString('latin1'));
    });
    child.stderr.on('data', (chunk: Buffer) =>
      this.#complain(`${path}: ${chunk.toString('latin1', 0, LONGEST_COMPLAINT).trimEnd()}`),
    );
    return child;
  }

  /** The process is gone: open questions are misses, and the next one starts it again. */
  #lost(child: ChildProcessWithoutNullStreams, why: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    if (this.#running)
      this.#complain(`RewriteMap program ${this.#spec.path} ${why}; it is started again when needed`);
    this.#missAll();
  }

  #missAll(): void {
    clearTimeout(this.#timer);
    for (const question of this.#questions.splice(0)) question.answer(null);
  }

  #ask(): void {
    const question = this.#questions[0];
    if (question === undefined) return;
    if (this.#child === undefined) this.#spawn();
    this.#timer = setTimeout(() => this.#giveUp(), ANSWER_TIMEOUT);
    this.#child?.stdin.write(`${question.key}\n`, 'latin1');
  }

  /** A program that does not answer is out of step with the questions: it is ended and started anew. */
  #giveUp(): void {
    this.#complain(`RewriteMap program ${this.#spec.path} did not answer within ${ANSWER_TIMEOUT / 1000} s`);
    this.#child?.kill('SIGKILL');
  }

  #take(text: string): void {
    this.#held += text;
    const end = this.#held.indexOf('\n');
    if (end < 0) {
      if (this.#held.length > LONGEST_ANSWER) this.#giveUp();
      return;
    }
    const line = this.#held.slice(0, end);
    // What follows the answer belongs to no question.
    this.#held = '';
    clearTimeout(this.#timer);
    this.#questions.shift()?.answer(/^null$/i.test(line) ? null : line);
    this.#ask();
  }
}
