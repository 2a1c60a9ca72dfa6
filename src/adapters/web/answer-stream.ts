// A body on its way into a web Response: pushed at the pace of whoever reads the stream, not longer and not shorter than
// announced. A reader that cancels, and a client that is gone, stop whoever makes the body.

import type { Sent } from '../../request/transport.ts';
import type { BodySink, BodySource } from '../../wire/body.ts';

/** So much waits for the reader. */
const HIGH_WATER_BYTES = 64 * 1024;

/** What a stream is made of. */
export interface StreamedBody {
  readonly source: BodySource;
  /** What the head says of it; undefined for nothing. */
  readonly length: number | undefined;
  /** The client is gone. */
  readonly signal: AbortSignal;
  /** Hears once what has become of the body. */
  done(sent: Sent): void;
}

/** A stream, and an end for it where nobody reads it any more. */
export interface AnswerStream {
  readonly stream: ReadableStream<Uint8Array>;
  drop(): void;
}

/** The stream of a body. The source begins at once. */
export function streamOf(body: StreamedBody): AnswerStream {
  const writer = new StreamWriter(body);
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (controller) => writer.open(controller),
      pull: () => writer.pull(),
      cancel: () => writer.cancel(),
    },
    { highWaterMark: HIGH_WATER_BYTES, size: (chunk) => chunk?.byteLength ?? 0 },
  );
  return { stream, drop: () => writer.cancel() };
}

class StreamWriter implements BodySink {
  readonly copies = true;
  readonly #body: StreamedBody;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined = undefined;
  #left: number;
  #bytes = 0;
  #isStarted = false;
  #isOver = false;

  constructor(body: StreamedBody) {
    this.#body = body;
    this.#left = body.length ?? Number.POSITIVE_INFINITY;
  }

  open(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
    const { signal } = this.#body;
    if (signal.aborted) this.#gone();
    else signal.addEventListener('abort', this.#gone);
  }

  pull(): void {
    if (this.#isOver) return;
    if (this.#isStarted) {
      this.#body.source.resume();
      return;
    }
    this.#isStarted = true;
    this.#body.source.start(this);
  }

  data(chunk: Buffer): boolean {
    if (this.#isOver) return false;
    const piece = chunk.length > this.#left ? chunk.subarray(0, this.#left) : chunk;
    this.#left -= piece.length;
    this.#bytes += piece.length;
    // The bytes of a chunk are another's later, and those of a Buffer lie among others.
    this.#controller!.enqueue(new Uint8Array(piece));
    if (piece.length < chunk.length) {
      this.#body.source.abort();
      this.#breakOff(new Error('the body of the answer is longer than announced'));
      return false;
    }
    return (this.#controller!.desiredSize ?? 0) > 0;
  }

  end(): void {
    if (this.#isOver) return;
    if (this.#left > 0 && this.#left !== Number.POSITIVE_INFINITY) {
      this.#breakOff(new Error('the body of the answer is shorter than announced'));
      return;
    }
    this.#finish(true);
    this.#controller!.close();
  }

  fail(error: Error): void {
    this.#breakOff(error);
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#finish(false);
    this.#body.source.abort();
  }

  /** A server that reads the stream cancels it in the same turn, and takes an error for a defect. */
  readonly #gone = (): void => {
    this.#body.source.abort();
    queueMicrotask(() => this.#breakOff(new Error('the client has gone')));
  };

  /** The reader must not take for whole what is not. A server may show the message to its client. */
  #breakOff(cause: Error): void {
    if (this.#isOver) return;
    this.#finish(false);
    this.#controller!.error(new Error('the answer broke off', { cause }));
  }

  #finish(complete: boolean): void {
    this.#isOver = true;
    this.#body.signal.removeEventListener('abort', this.#gone);
    this.#body.done({ bytes: this.#bytes, wireBytes: this.#bytes, complete });
  }
}
