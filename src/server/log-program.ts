// Piped logs: a program that reads lines on its standard input, started again when it ends. Its command line is the
// configuration's, word for word; nothing of a request ever becomes a part of it.

import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { splitProgramWords } from '../kit/program-words.ts';
import { GatheredLog, type ReportLogTrouble } from './log-file.ts';

/** A program that ends at once is not started again and again. */
const RESTART_MS = 1000;

export interface LogCommand {
  readonly file: string;
  readonly words: readonly string[];
  /** Where it runs. */
  readonly directory: string;
  /** As written, for messages. */
  readonly text: string;
}

/** What is wrong with a log that names a program. */
export interface LogCommandFault {
  readonly problem: string;
}

/**
 * `|program words` and `||program words` are started without a shell; `|$command` is a shell's. Like Apache, a program
 * is not looked for in PATH: a relative name stands under ServerRoot.
 */
export function parseLogCommand(target: string, serverRoot: string): LogCommand | LogCommandFault {
  const text = target.replace(/^\|\|?/, '');
  if (text.startsWith('$'))
    return { file: '/bin/sh', words: ['-c', text.slice(1)], directory: serverRoot, text };
  const [name = '', ...words] = splitProgramWords(text);
  const file = name.startsWith('/') ? name : `${serverRoot === '/' ? '' : serverRoot}/${name}`;
  try {
    accessSync(file, constants.X_OK);
  } catch (error) {
    return { problem: `AH00104: unable to start piped log program '${text}': ${(error as Error).message}` };
  }
  return { file, words, directory: serverRoot, text };
}

export class PipedLog extends GatheredLog {
  readonly #command: LogCommand | undefined;
  #child: ChildProcess | undefined = undefined;
  #startedAt = 0;
  #isClosed = false;

  constructor(command: LogCommand | LogCommandFault, report: ReportLogTrouble) {
    super(report);
    if ('problem' in command) {
      this.#command = undefined;
      this.problem = command.problem;
      return;
    }
    this.#command = command;
    this.#start(command);
  }

  #start(command: LogCommand): void {
    this.#startedAt = Date.now();
    const child = spawn(command.file, command.words, {
      cwd: command.directory,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    const start = (): void => this.#onEnd(child, command);
    child.on('error', (error) => {
      this.report(`AH00104: unable to start piped log program '${command.text}': ${error.message}`);
      start();
    });
    child.on('exit', start);
    child.stdin.on('error', () => undefined);
    this.#child = child;
  }

  #onEnd(child: ChildProcess, command: LogCommand): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    if (this.#isClosed) return;
    this.report(`AH00106: piped log program '${command.text}' failed unexpectedly`);
    const wait = Math.max(0, this.#startedAt + RESTART_MS - Date.now());
    setTimeout(() => {
      if (!this.#isClosed) this.#start(command);
    }, wait).unref();
  }

  /** What a program did not take before it ended is for the next one. */
  protected override push(batch: Buffer, done: (taken: number) => void): void {
    const stdin = this.#child?.stdin;
    if (this.#command === undefined) done(batch.length);
    else if (stdin === undefined || stdin === null || !stdin.writable) done(0);
    else stdin.write(batch, (error) => done(error ? 0 : batch.length));
  }

  protected override pushNow(batch: Buffer): void {
    this.#child?.stdin?.write(batch);
  }

  /** A program does its own rotation. */
  override reopen(): void {}

  /** The program sees the end of its input and decides itself when to end. */
  override close(): Promise<void> {
    this.#isClosed = true;
    this.flushNow();
    const stdin = this.#child?.stdin;
    if (stdin === undefined || stdin === null || stdin.destroyed) return Promise.resolve();
    return new Promise((resolve) => stdin.end(resolve).once('close', resolve));
  }
}
