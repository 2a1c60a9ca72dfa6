// A running script: its process, what goes in, what comes out, and when it is over.
// A script is over when its own process ends, not when the last holder of its output pipe does: what it put in the
// background inherits that pipe, and must neither hold the client's connection nor be ended with it.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { native } from '../../request/native.ts';
import type { BodySink, BodySource } from '../../wire/body.ts';

export interface ScriptEvents {
  /** A chunk of standard output. */
  output(chunk: Buffer): void;
  /** A line of standard error, without its end. */
  complaint(line: string): void;
  /** Nothing came for as long as the script may be silent. */
  silent(): void;
  /** The script has ended and all its output was given; `error` when it could not be started. */
  over(error?: Error): void;
}

/** Rounds of the event loop without output after which a pipe of an ended script counts as empty. */
const QUIET_ROUNDS = 3;

/** Time between SIGTERM and SIGKILL for a script whose request is over, as Apache's. */
const KILL_AFTER = 3000;

/** How much of one line of standard error is logged. */
const LONGEST_COMPLAINT = 8192;

export interface ScriptCommand {
  readonly file: string;
  readonly words: readonly string[];
  readonly directory: string;
  readonly environment: ReadonlyMap<string, string>;
  /** Milliseconds between two pieces of output; while nobody takes them, none are counted. */
  readonly patience: number;
}

export class Script {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #events: ScriptEvents;
  readonly #patience: number;
  #silence: NodeJS.Timeout | undefined = undefined;
  #ended = false;
  #exited = false;
  #stdoutClosed = false;
  #paused = false;
  #sawOutput = false;
  #complaint = '';

  constructor(command: ScriptCommand, events: ScriptEvents) {
    this.#events = events;
    this.#patience = command.patience;
    // Not detached: a script that leaves its process group itself (setpgrp) must be able to.
    this.#child = spawn(native(command.file), command.words.map(native), {
      cwd: native(command.directory),
      env: Object.fromEntries([...command.environment].map(([name, value]) => [name, native(value)])),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#listen();
    this.#countSilence();
  }

  #countSilence(): void {
    this.#silence = setTimeout(() => this.#events.silent(), this.#patience);
  }

  #listen(): void {
    const { stdin, stdout, stderr } = this.#child;
    this.#child.on('error', (error) => this.#finish(error));
    this.#child.on('exit', () => {
      this.#exited = true;
      this.#awaitQuiet(0);
    });
    // A script need not read its input.
    stdin.on('error', () => {});
    stdout.on('error', () => {});
    stderr.on('error', () => {});
    stdout.on('data', (chunk: Buffer) => {
      this.#sawOutput = true;
      this.#silence?.refresh();
      if (!this.#ended) this.#events.output(chunk);
    });
    stdout.on('close', () => {
      this.#stdoutClosed = true;
      // Nothing more can come, even if the script itself goes on.
      if (!this.#exited) this.#finish();
    });
    stderr.on('data', (chunk: Buffer) => this.#complain(chunk.toString('latin1')));
  }

  /** After the exit: gives what is still in the pipe, round by round, until a few rounds bring nothing. */
  #awaitQuiet(rounds: number): void {
    if (this.#ended) return;
    if (this.#stdoutClosed || rounds >= QUIET_ROUNDS) {
      this.#finish();
      return;
    }
    this.#sawOutput = false;
    setImmediate(() => this.#awaitQuiet(this.#sawOutput || this.#paused ? 0 : rounds + 1));
  }

  #complain(text: string): void {
    const lines = (this.#complaint + text).split('\n');
    this.#complaint = (lines.pop() ?? '').slice(0, LONGEST_COMPLAINT);
    for (const line of lines) if (line !== '') this.#events.complaint(line);
  }

  #finish(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#silence);
    if (this.#complaint !== '') this.#events.complaint(this.#complaint);
    // The pipes are let go; a background process that still holds an end keeps writing into nothing.
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
    this.#child.stdin.destroy();
    this.#events.over(error);
  }

  /** Gives the request's body to the script's standard input. */
  feed(body: BodySource | undefined): void {
    const stdin = this.#child.stdin;
    if (body === undefined) {
      stdin.end();
      return;
    }
    stdin.on('drain', () => body.resume());
    stdin.on('close', () => body.abort());
    body.start({
      data: (chunk) => {
        // What is still being told something need not say anything.
        this.#silence?.refresh();
        return stdin.destroyed || stdin.write(chunk);
      },
      end: () => stdin.end(),
      fail: () => stdin.destroy(),
    });
  }

  pause(): void {
    this.#paused = true;
    clearTimeout(this.#silence);
    this.#silence = undefined;
    this.#child.stdout.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#silence === undefined && !this.#ended) this.#countSilence();
    this.#child.stdout.resume();
  }

  /** The request is over: the script's own process is asked to end, then ended. What it started is left alone. */
  kill(): void {
    if (!this.#exited && this.#child.pid !== undefined) {
      this.#child.kill('SIGTERM');
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), KILL_AFTER);
      timer.unref();
      this.#child.once('exit', () => clearTimeout(timer));
    }
    this.#finish();
  }
}

/** The part of a script's output behind its header, as a body. */
export class ScriptBody implements BodySource {
  readonly #script: () => Script;
  #sink: BodySink | undefined = undefined;
  #held: Buffer[] = [];
  #over = false;
  #error: Error | undefined = undefined;

  constructor(script: () => Script) {
    this.#script = script;
  }

  /** More output; held while nobody takes it, with the script told to wait. */
  push(chunk: Buffer): void {
    if (this.#sink === undefined) {
      this.#held.push(chunk);
      this.#script().pause();
    } else if (!this.#sink.data(chunk)) this.#script().pause();
  }

  /** What came is not all. */
  fail(error: Error): void {
    const sink = this.#sink;
    this.#sink = undefined;
    this.#error = error;
    sink?.fail(error);
  }

  /** The script has ended. */
  finish(): void {
    this.#over = true;
    this.#sink?.end();
  }

  start(sink: BodySink): void {
    this.#sink = sink;
    let go = true;
    for (const chunk of this.#held) go = sink.data(chunk);
    this.#held = [];
    if (this.#error !== undefined) sink.fail(this.#error);
    else if (this.#over) sink.end();
    else if (go) this.#script().resume();
  }

  pause(): void {
    this.#script().pause();
  }

  resume(): void {
    this.#script().resume();
  }

  abort(): void {
    this.#sink = undefined;
    this.#held = [];
    this.#script().kill();
  }
}
