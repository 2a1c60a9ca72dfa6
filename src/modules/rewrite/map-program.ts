// A `prg:` map: one process, asked a line at a time. Keys and answers are bytes; keys with a newline are never sent.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { MapSource } from '../../rules/index.ts';

/** A question that waits for its line. */
interface Question {
  readonly key: string;
  readonly answer: (value: string | null) => void;
}

/** How long a program may think about one key, milliseconds. A rule must not hold a request for ever. */
const ANSWER_TIMEOUT = 10_000;

/** The longest answer that is taken. */
const LONGEST_ANSWER = 64 * 1024;

/** Started with the site, ended with it; started again when it dies. While it is not running every key is a miss. */
export class MapProgram implements MapSource {
  readonly #path: string;
  readonly #words: readonly string[];
  #child: ChildProcessWithoutNullStreams | undefined = undefined;
  #running = false;
  #held = '';
  readonly #questions: Question[] = [];
  #timer: NodeJS.Timeout | undefined = undefined;
  /** Told of what an operator should know. */
  onTrouble: (text: string) => void = () => {};

  constructor(path: string, words: readonly string[]) {
    this.#path = path;
    this.#words = words;
  }

  start(): void {
    this.#running = true;
    this.#spawn();
  }

  stop(): void {
    this.#running = false;
    this.#child?.kill('SIGTERM');
    this.#child = undefined;
    this.#missAll();
  }

  lookup(key: string): string | null | Promise<string | null> {
    if (!this.#running || key.includes('\n')) return null;
    return new Promise((answer) => {
      this.#questions.push({ key, answer });
      if (this.#questions.length === 1) this.#ask();
    });
  }

  #spawn(): void {
    const child = spawn(this.#path, this.#words, { stdio: 'pipe' });
    this.#child = child;
    this.#held = '';
    child.stdin.on('error', () => {});
    child.on('error', (error) => this.#lost(child, error.message));
    child.on('exit', (code, signal) => this.#lost(child, `ended with ${signal ?? code}`));
    child.stdout.on('data', (chunk: Buffer) => this.#take(chunk.toString('latin1')));
    child.stderr.on('data', (chunk: Buffer) =>
      this.onTrouble(`${this.#path}: ${chunk.toString('latin1').trimEnd()}`),
    );
  }

  /** The process is gone: open questions are misses, and the next one starts it again. */
  #lost(child: ChildProcessWithoutNullStreams, why: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    if (this.#running)
      this.onTrouble(`AH00654: RewriteMap program ${this.#path} ${why}; it is started again when needed`);
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
    this.onTrouble(`RewriteMap program ${this.#path} did not answer within ${ANSWER_TIMEOUT / 1000} s`);
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
