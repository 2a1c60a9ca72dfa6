// Bytes at hand as the source of a body.

import type { BodySink, BodySource } from './body.ts';

/** Bytes that are handed out in one piece. */
export const SLICE: number = 64 * 1024;

/** Hands out one slice after the other, so that a slow taker shows progress. */
export class BufferSource implements BodySource {
  readonly #bytes: Buffer;
  #at = 0;
  #sink: BodySink | undefined = undefined;
  #isPushing = false;
  #isPaused = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
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
  }

  #push(): void {
    if (this.#isPushing) return;
    this.#isPushing = true;
    while (this.#sink !== undefined && !this.#isPaused && this.#at < this.#bytes.length) {
      const slice = this.#bytes.subarray(this.#at, this.#at + SLICE);
      this.#at += slice.length;
      if (!this.#sink.data(slice)) this.#isPaused = true;
    }
    this.#isPushing = false;
    if (this.#at < this.#bytes.length) return;
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.end();
  }
}
