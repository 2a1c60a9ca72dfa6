// Regular files as bodies: small ones in one read, larger ones piece by piece at the taker's pace.

import { close, closeSync, constants, openSync, read, readSync } from 'node:fs';
import type { BodySink, BodySource } from '../wire/body.ts';

const PIECE = 64 * 1024;
// A FIFO that has taken the file's place must not block the process.
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

function shrunk(): Error {
  return new Error('the file became shorter while it was read');
}

/** `length` bytes from `start`, themselves where they are few. Throws the system's error when it cannot be opened. */
export function openFileBody(path: string | Buffer, start: number, length: number): Buffer | BodySource {
  const fd = openSync(path, FLAGS);
  if (length > PIECE) return new FileBody(fd, start, length);
  try {
    const bytes = fill(Buffer.allocUnsafe(length), fd, start);
    return bytes.length === length ? bytes : new ShortFile(bytes);
  } finally {
    closeSync(fd);
  }
}

/** All of a file that should have `size` bytes; undefined when it has fewer. Throws the system's errors. */
export function readWholeFile(path: string | Buffer, size: number): Buffer | undefined {
  const fd = openSync(path, FLAGS);
  try {
    const bytes = fill(Buffer.allocUnsafeSlow(size), fd, 0);
    return bytes.length === size ? bytes : undefined;
  } finally {
    closeSync(fd);
  }
}

/** Reads into `bytes` what there is from `start` on; answers the part that was filled. */
function fill(bytes: Buffer, fd: number, start: number): Buffer {
  let at = 0;
  while (at < bytes.length) {
    const count = readSync(fd, bytes, at, bytes.length - at, start + at);
    if (count === 0) break;
    at += count;
  }
  return bytes.subarray(0, at);
}

/** What is left of a file that was cut while it was asked for. */
class ShortFile implements BodySource {
  readonly #bytes: Buffer;
  #isAborted = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  start(sink: BodySink): void {
    if (this.#isAborted) return;
    if (this.#bytes.length > 0) sink.data(this.#bytes);
    if (!this.#isAborted) sink.fail(shrunk());
  }

  /** Everything is pushed at once. */
  pause(): void {}

  resume(): void {}

  abort(): void {
    this.#isAborted = true;
  }
}

class FileBody implements BodySource {
  readonly #fd: number;
  #position: number;
  #left: number;
  #sink: BodySink | undefined = undefined;
  #isReading = false;
  #isPaused = false;
  #isClosed = false;

  constructor(fd: number, start: number, length: number) {
    this.#fd = fd;
    this.#position = start;
    this.#left = length;
  }

  start(sink: BodySink): void {
    this.#sink = sink;
    this.#next();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#next();
  }

  abort(): void {
    this.#sink = undefined;
    if (!this.#isReading) this.#close();
  }

  #next(): void {
    if (this.#isReading || this.#isPaused || this.#sink === undefined) return;
    this.#isReading = true;
    // A buffer of its own for every piece: the socket may still hold the one before.
    const piece = Buffer.allocUnsafeSlow(Math.min(PIECE, this.#left));
    read(this.#fd, piece, 0, piece.length, this.#position, this.#onRead);
  }

  readonly #onRead = (error: Error | null, count: number, piece: Buffer): void => {
    this.#isReading = false;
    const sink = this.#sink;
    if (sink === undefined) this.#close();
    else if (error !== null) this.#finish(error);
    else if (count === 0) this.#finish(shrunk());
    else this.#hand(sink, piece.subarray(0, count));
  };

  #hand(sink: BodySink, bytes: Buffer): void {
    this.#position += bytes.length;
    this.#left -= bytes.length;
    if (!sink.data(bytes)) this.#isPaused = true;
    if (this.#left === 0) this.#finish(undefined);
    else this.#next();
  }

  #finish(error: Error | undefined): void {
    const sink = this.#sink;
    this.#sink = undefined;
    this.#close();
    if (error === undefined) sink?.end();
    else sink?.fail(error);
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    close(this.#fd, () => undefined);
  }
}
