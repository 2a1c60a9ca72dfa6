// Where log lines go: files that are appended to and standard streams. Programs behind a pipe are log-program.ts's.
// Lines are gathered and written in one go, so that a request never waits for its line; a reader that is stuck costs
// lines, not memory, and what was lost is said once.

import { close, openSync, write, writeSync } from 'node:fs';
import type { LogSink } from '../request/io.ts';

const GATHER_MS = 50;
const GATHER_BYTES = 64 * 1024;
/** More than this is not kept for a reader that does not take it. */
const MOST_KEPT = 4 << 20;
const RETRY_MS = 200;

/** Tells the operator about a log that cannot be written. */
export type ReportLogTrouble = (text: string) => void;

/** A log that is flushed, reopened and closed by its owner. */
export interface Log extends LogSink {
  /** Why the log could not be opened, if so. */
  readonly problem: string | undefined;
  /** Writes everything that is gathered before it returns, as far as the system takes it. */
  flushNow(): void;
  /** Opens the file again under its name: after rotation. */
  reopen(): void;
  /** Settles when the last line is written. */
  close(): Promise<void>;
}

/** The gathering that files and pipes share. `push` writes a batch and calls back when the next may come. */
export abstract class GatheredLog implements Log {
  problem: string | undefined = undefined;
  #lines = '';
  #timer: NodeJS.Timeout | undefined = undefined;
  #isWriting = false;
  #lost = 0;
  /** Once each. */
  #whenIdle: (() => void)[] = [];
  protected readonly report: ReportLogTrouble;

  constructor(report: ReportLogTrouble) {
    this.report = report;
  }

  protected abstract push(batch: Buffer, done: (taken: number) => void): void;
  protected abstract pushNow(batch: Buffer): void;
  abstract reopen(): void;
  abstract close(): Promise<void>;

  write(line: string): void {
    if (this.#lines.length + line.length > MOST_KEPT) {
      this.#lost += 1;
      return;
    }
    this.#lines += `${line}\n`;
    if (this.#isWriting) return;
    if (this.#lines.length >= GATHER_BYTES) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isWriting || this.#lines === '') return;
    this.#isWriting = true;
    const batch = Buffer.from(this.#lines, 'latin1');
    this.#lines = '';
    this.push(batch, (taken) => this.#written(batch, taken));
  }

  /** What was not taken goes in front of what has come since, and is tried again a little later. */
  #written(batch: Buffer, taken: number): void {
    this.#isWriting = false;
    const rest = batch.length - taken;
    if (rest > 0) this.#lines = batch.toString('latin1', taken) + this.#lines;
    else if (this.#lost > 0) this.#reportLost();
    for (const action of this.#whenIdle.splice(0)) action();
    if (this.#lines !== '') this.#timer ??= setTimeout(() => this.#flush(), rest > 0 ? RETRY_MS : 0);
  }

  #reportLost(): void {
    this.report(`${this.#lost} log lines were lost because they were not taken in time`);
    this.#lost = 0;
  }

  /** Runs `action`, one time, when no batch is on its way. */
  protected afterWriting(action: () => void): void {
    if (!this.#isWriting) action();
    else this.#whenIdle.push(action);
  }

  flushNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = Buffer.from(this.#lines, 'latin1');
    this.#lines = '';
    if (batch.length > 0) this.pushNow(batch);
  }
}

/** Batch by batch into a file descriptor. */
abstract class DescriptorLog extends GatheredLog {
  protected fd: number | undefined = undefined;

  protected override push(batch: Buffer, done: (taken: number) => void): void {
    if (this.fd === undefined) {
      done(batch.length);
      return;
    }
    write(this.fd, batch, 0, batch.length, null, (error, count) => {
      if (error !== null && error.code !== 'EAGAIN') this.#fail(error);
      done(error === null ? count : error.code === 'EAGAIN' ? 0 : batch.length);
    });
  }

  protected override pushNow(batch: Buffer): void {
    if (this.fd === undefined) return;
    try {
      for (let at = 0; at < batch.length; ) at += writeSync(this.fd, batch, at);
    } catch {
      // At the end of the process there is nobody left to tell.
    }
  }

  /** Said once, until a write succeeds under a new descriptor. */
  #fail(error: Error): void {
    if (this.problem !== undefined) return;
    this.problem = error.message;
    this.report(`a log cannot be written: ${error.message}`);
  }
}

/** Standard output or standard error. */
export class StandardLog extends DescriptorLog {
  constructor(fd: 1 | 2, report: ReportLogTrouble) {
    super(report);
    this.fd = fd;
  }

  override reopen(): void {}

  override close(): Promise<void> {
    this.flushNow();
    return new Promise((resolve) => this.afterWriting(resolve));
  }
}

/** A file that is appended to; made when it does not exist. */
export class FileLog extends DescriptorLog {
  readonly #path: string | Buffer;

  constructor(path: string | Buffer, report: ReportLogTrouble) {
    super(report);
    this.#path = path;
    this.#open();
  }

  #open(): void {
    try {
      const fd = openSync(this.#path, 'a', 0o644);
      const old = this.fd;
      this.fd = fd;
      this.problem = undefined;
      if (old !== undefined) this.afterWriting(() => close(old, () => undefined));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (this.fd !== undefined) {
        this.report(`cannot be opened again, lines go on into the old file: ${text}`);
        return;
      }
      this.problem = text;
    }
  }

  override reopen(): void {
    this.flushNow();
    this.#open();
  }

  override close(): Promise<void> {
    this.flushNow();
    const { fd } = this;
    this.fd = undefined;
    if (fd === undefined) return Promise.resolve();
    return new Promise((resolve) => this.afterWriting(() => close(fd, () => resolve())));
  }
}
