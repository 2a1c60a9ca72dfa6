// A body on its way through a compressor or its opposite (Node's zlib, which works in other threads). Both sides wait
// for each other: what is held is a piece before the codec, what the codec holds itself, and a piece behind it.

import { type BrotliCompress, constants, type Gunzip, type Gzip } from 'node:zlib';
import type { BodySink, BodySource } from '../../wire/body.ts';

export type Codec = Gzip | Gunzip | BrotliCompress;

/** Bytes before and behind a codec so far. */
export interface Passed {
  /** The piece that is being worked on is counted whole. */
  readonly input: number;
  readonly output: number;
}

export interface CodecSettings {
  /** Called when the body is begun. */
  open(): Codec;
  /** How the codec is made to give what it holds; undefined where it holds nothing back. */
  readonly flush?: number;
  /** The codec cannot go on; answers the error that the taker gets. */
  failed(error: Error): Error;
  /** After each piece of output: an error ends the body. */
  check?(passed: Passed): Error | undefined;
  /** All of the body went through. */
  done?(passed: Passed): void;
  /** More came than the codec wanted; an error ends the body. Without it that is dropped. */
  trailing?(): Error | undefined;
  /** The codec is gone, whole body or not. */
  closed?(): void;
}

export const GZIP_FLUSH: number = constants.Z_SYNC_FLUSH;
export const BROTLI_FLUSH: number = constants.BROTLI_OPERATION_FLUSH;

/**
 * Milliseconds without input after which what came so far is given out, so that a reader of events does not wait for
 * the next one. Apache does so at once when a backend has nothing more; a moment's patience compresses better.
 */
const IDLE = 10;

/** Input is handed over in pieces of this size at most, so that limits of the output are looked at in time. */
const PIECE = 16 * 1024;

export class CodecBody implements BodySource, BodySink {
  readonly #source: BodySource;
  readonly #settings: CodecSettings;
  #codec: Codec | undefined = undefined;
  #sink: BodySink | undefined = undefined;
  #input = 0;
  /** Bytes that the codec was given. */
  #given = 0;
  /** Sizes of the pieces that are not through the codec yet. */
  readonly #waiting: number[] = [];
  #output = 0;
  #idle: NodeJS.Timeout | undefined = undefined;
  #isEnded = false;

  constructor(source: BodySource, settings: CodecSettings) {
    this.#source = source;
    this.#settings = settings;
  }

  start(sink: BodySink): void {
    const codec = this.#settings.open();
    this.#codec = codec;
    this.#sink = sink;
    codec.on('data', (chunk: Buffer) => this.#give(chunk));
    codec.on('end', () => this.#complete());
    codec.on('error', (error) => this.#break(this.#settings.failed(error)));
    codec.on('drain', () => this.#source.resume());
    this.#source.start(this);
  }

  pause(): void {
    this.#codec?.pause();
  }

  resume(): void {
    this.#codec?.resume();
  }

  abort(): void {
    this.#sink = undefined;
    this.#source.abort();
    this.#close();
  }

  data(chunk: Buffer): boolean {
    const codec = this.#codec;
    if (codec === undefined) return false;
    this.#stopWaiting();
    let goesOn = true;
    for (let at = 0; at < chunk.length; at += PIECE) {
      const piece = chunk.subarray(at, at + PIECE);
      this.#waiting.push(piece.length);
      this.#given += piece.length;
      goesOn = codec.write(piece, this.#onTaken);
    }
    return goesOn;
  }

  end(): void {
    this.#isEnded = true;
    this.#stopWaiting();
    this.#codec?.end();
  }

  fail(error: Error): void {
    const sink = this.#sink;
    this.#sink = undefined;
    this.#close();
    sink?.fail(error);
  }

  /** A piece has gone through the codec. */
  readonly #onTaken = (): void => {
    this.#input += this.#waiting.shift() ?? 0;
    const { flush } = this.#settings;
    if (flush === undefined || this.#codec === undefined || this.#isEnded || this.#waiting.length > 0) return;
    this.#idle ??= setTimeout(() => {
      this.#idle = undefined;
      this.#codec?.flush(flush);
    }, IDLE);
  };

  #stopWaiting(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
  }

  #give(chunk: Buffer): void {
    this.#output += chunk.length;
    const error = this.#settings.check?.(this.#passed());
    if (error !== undefined) this.#break(error);
    else if (this.#sink?.data(chunk) === false) this.#codec?.pause();
  }

  /** The codec is at its end, perhaps before its source is. */
  #complete(): void {
    const error = this.#hasTrailing() ? this.#settings.trailing?.() : undefined;
    if (error !== undefined) {
      this.#break(error);
      return;
    }
    if (!this.#isEnded) this.#source.abort();
    const sink = this.#sink;
    this.#sink = undefined;
    this.#settings.done?.(this.#passed());
    this.#close();
    sink?.end();
  }

  #hasTrailing(): boolean {
    const codec = this.#codec;
    return codec !== undefined && (!this.#isEnded || codec.bytesWritten < this.#given);
  }

  #break(error: Error): void {
    this.#source.abort();
    this.fail(error);
  }

  #passed(): Passed {
    return { input: this.#input + (this.#waiting[0] ?? 0), output: this.#output };
  }

  #close(): void {
    const codec = this.#codec;
    if (codec === undefined) return;
    this.#codec = undefined;
    this.#stopWaiting();
    codec.destroy();
    this.#settings.closed?.();
  }
}
