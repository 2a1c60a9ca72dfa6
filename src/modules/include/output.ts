// A document on its way out: the elements' texts and the bodies of what they include, one after the other, at the
// taker's pace. Owns the flow; what is written is document.ts's.

import type { ResponseBody } from '../../request/exchange.ts';
import { isSliceable } from '../../request/output-filters.ts';
import type { BodySink, BodySource } from '../../wire/body.ts';

/** Nobody wants the document any longer. */
export class Abandoned extends Error {}

/** The document as it comes, piece by piece. */
export class PieceReader {
  readonly #source: BodySource;
  readonly #pieces: Buffer[] = [];
  #isOver = false;
  #error: Error | undefined = undefined;
  #wake: (() => void) | undefined = undefined;

  constructor(source: BodySource) {
    this.#source = source;
  }

  start(): void {
    this.#source.start({
      data: (chunk) => {
        this.#pieces.push(chunk);
        this.#wake?.();
        return false;
      },
      end: () => this.#finish(undefined),
      fail: (error) => this.#finish(error),
    });
  }

  #finish(error: Error | undefined): void {
    this.#isOver = true;
    this.#error = error;
    this.#wake?.();
  }

  /** The next piece; undefined at the end. Rejects where the document breaks off. */
  async next(): Promise<Buffer | undefined> {
    if (this.#pieces.length === 0 && !this.#isOver) {
      const waiting = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#source.resume();
      await waiting;
    }
    const piece = this.#pieces.shift();
    if (piece === undefined && this.#error !== undefined) throw this.#error;
    return piece;
  }

  abort(): void {
    this.#source.abort();
    this.#finish(new Abandoned());
  }
}

export class DocumentOutput {
  readonly #sink: BodySink;
  #included: BodySource | undefined = undefined;
  #mustWait = false;
  #isAbandoned = false;
  #wake: (() => void) | undefined = undefined;

  constructor(sink: BodySink) {
    this.#sink = sink;
  }

  /** Bytes of a byte string; settles when there is room for more. */
  async write(text: string | Buffer): Promise<void> {
    if (this.#isAbandoned) throw new Abandoned();
    if (text.length === 0) return;
    const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
    if (!this.#sink.data(bytes)) this.#mustWait = true;
    if (!this.#mustWait) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (this.#isAbandoned) throw new Abandoned();
  }

  /** All of another body. Rejects where it breaks off. */
  async include(body: ResponseBody): Promise<void> {
    const content = isSliceable(body) ? body.slice(0, body.length) : body;
    if (typeof content === 'string' || Buffer.isBuffer(content)) await this.write(content);
    else if (content !== undefined) await this.#pass(content);
  }

  async #pass(source: BodySource): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#included = source;
        this.#wake = () => {
          if (this.#isAbandoned) reject(new Abandoned());
        };
        source.start({
          data: (chunk) => this.#sink.data(chunk),
          end: resolve,
          fail: reject,
        });
      });
    } finally {
      this.#included = undefined;
      this.#wake = undefined;
    }
  }

  pause(): void {
    if (this.#included !== undefined) this.#included.pause();
    else this.#mustWait = true;
  }

  resume(): void {
    this.#mustWait = false;
    if (this.#included !== undefined) this.#included.resume();
    else this.#release();
  }

  abandon(): void {
    this.#isAbandoned = true;
    this.#included?.abort();
    this.#release();
  }

  #release(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
