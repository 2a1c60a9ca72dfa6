// A body that is another one changed on its way: what a filter takes piece by piece it gives on, changed, at the
// taker's pace. For work that is done at once; whoever has to wait (a compressor) implements BodySource itself.

import type { BodySink, BodySource } from './body.ts';

export abstract class FilteredBody implements BodySource, BodySink {
  readonly #source: BodySource;
  #sink: BodySink | undefined = undefined;
  #mustWait = false;

  constructor(source: BodySource) {
    this.#source = source;
  }

  /** A piece of the body: `give` what becomes of it, or keep it for later. */
  protected abstract take(chunk: Buffer): void;

  /** The body is complete: `give` what was kept. */
  protected abstract finish(): void;

  /** Bytes for the taker. */
  protected give(bytes: Buffer): void {
    if (bytes.length > 0 && this.#sink?.data(bytes) === false) this.#mustWait = true;
  }

  /** The body cannot be changed as it must be: it ends here, and not as a whole one. */
  protected breakOff(error: Error): void {
    this.#source.abort();
    this.fail(error);
  }

  start(sink: BodySink): void {
    this.#sink = sink;
    this.#source.start(this);
  }

  pause(): void {
    this.#source.pause();
  }

  resume(): void {
    this.#mustWait = false;
    this.#source.resume();
  }

  abort(): void {
    this.#sink = undefined;
    this.#source.abort();
  }

  data(chunk: Buffer): boolean {
    if (this.#sink === undefined) return false;
    this.take(chunk);
    return !this.#mustWait;
  }

  end(): void {
    if (this.#sink === undefined) return;
    this.finish();
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.end();
  }

  fail(error: Error): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.fail(error);
  }
}
