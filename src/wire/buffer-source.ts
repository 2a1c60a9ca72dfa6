// Bytes at hand as the source of a body.

import type { BodySink, BodySource } from './body.ts';

/** Bytes that are handed out in one piece. */
export const SLICE: number = 64 * 1024;

/** Hands out one slice after the other, so that a slow taker shows progress. */
export class BufferSource implements BodySource {
  readonly #bytes: Buffer;
  #release: (() => void) | undefined;
  #at = 0;
  #sink: BodySink | undefined = undefined;
  #isPushing = false;
  #isPaused = false;

  /** With `release` the bytes are lent: it is called once, when the source is over and nobody holds them any more. */
  constructor(bytes: Buffer, release?: () => void) {
    this.#bytes = bytes;
    this.#release = release;
  }

  start(sink: BodySink): void {
    this.#sink = sink;
    this.#push();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#push();
  }

  abort(): void {
    this.#sink = undefined;
    this.#giveBack();
  }

  #push(): void {
    if (this.#isPushing) return;
    this.#isPushing = true;
    while (this.#sink !== undefined && !this.#isPaused && this.#at < this.#bytes.length) {
      if (!this.#sink.data(this.#next())) this.#isPaused = true;
    }
    this.#isPushing = false;
    if (this.#at < this.#bytes.length) return;
    const sink = this.#sink;
    this.#sink = undefined;
    this.#giveBack();
    sink?.end();
  }

  /** The last slice may lie in a socket when the source is over: of lent bytes it is a copy. */
  #next(): Buffer {
    const slice = this.#bytes.subarray(this.#at, this.#at + SLICE);
    this.#at += slice.length;
    return this.#release !== undefined && this.#at === this.#bytes.length ? Buffer.from(slice) : slice;
  }

  #giveBack(): void {
    this.#release?.();
    this.#release = undefined;
  }
}
