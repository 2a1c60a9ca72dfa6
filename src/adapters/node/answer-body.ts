// A body on its way into a node:http response: at the client's pace, not longer than announced, and broken off so that
// the client can tell.

import type { Writable } from 'node:stream';
import type { Sent } from '../../request/transport.ts';
import type { BodyContent, BodySink, BodySource } from '../../wire/body.ts';

/** Writes a body behind the head that was written; `length` is what the head says of it, undefined for chunks. */
export function writeBody(
  response: Writable,
  body: BodyContent | undefined,
  length: number | undefined,
): Promise<Sent> | Sent {
  if (body === undefined) {
    response.end();
    return sent(0, true);
  }
  if (typeof body === 'string') {
    response.end(body, 'latin1');
    return sent(body.length, true);
  }
  if (Buffer.isBuffer(body)) {
    response.end(body);
    return sent(body.length, true);
  }
  return new Promise((resolve) => new BodyWriter(response, body, length, resolve).start());
}

function sent(bytes: number, complete: boolean): Sent {
  return { bytes, wireBytes: bytes, complete };
}

class BodyWriter implements BodySink {
  readonly #response: Writable;
  readonly #source: BodySource;
  readonly #resolve: (sent: Sent) => void;
  #left: number;
  #bytes = 0;
  #isOver = false;

  constructor(
    response: Writable,
    source: BodySource,
    length: number | undefined,
    resolve: (sent: Sent) => void,
  ) {
    this.#response = response;
    this.#source = source;
    this.#resolve = resolve;
    this.#left = length ?? Number.POSITIVE_INFINITY;
  }

  start(): void {
    this.#response.on('drain', this.#drained);
    this.#response.on('close', this.#closed);
    this.#source.start(this);
  }

  data(chunk: Buffer): boolean {
    if (this.#isOver) return false;
    const piece = chunk.length > this.#left ? chunk.subarray(0, this.#left) : chunk;
    this.#left -= piece.length;
    this.#bytes += piece.length;
    // Node keeps what it cannot send yet; the bytes of a chunk are another's later.
    const goesOn = this.#response.write(Buffer.from(piece));
    if (piece.length < chunk.length) {
      this.#source.abort();
      this.#breakOff();
    }
    return goesOn;
  }

  end(): void {
    if (this.#isOver) return;
    if (this.#left > 0 && this.#left !== Number.POSITIVE_INFINITY) {
      this.#breakOff();
      return;
    }
    this.#finish(true);
    this.#response.end();
  }

  fail(): void {
    this.#breakOff();
  }

  /** The client must not take for whole what is not. */
  #breakOff(): void {
    if (this.#isOver) return;
    this.#finish(false);
    this.#response.destroy();
  }

  readonly #drained = (): void => {
    if (!this.#isOver) this.#source.resume();
  };

  readonly #closed = (): void => {
    if (this.#isOver) return;
    this.#finish(false);
    this.#source.abort();
  };

  #finish(complete: boolean): void {
    this.#isOver = true;
    this.#response.off('drain', this.#drained);
    this.#response.off('close', this.#closed);
    this.#resolve(sent(this.#bytes, complete));
  }
}
