// Where a message body ends inside a stream of bytes: a decoder for every framing.
// Used by client connections and by backend connections alike; the chunked one has a file of its own.

import { ChunkedDecoder, type ChunkLimits } from './chunked.ts';
import type { BodyDecoder, TakeContent } from './decoder.ts';
import type { BodyFraming } from './framing.ts';

export type { BodyDecoder, TakeContent };

/** A decoder for this framing; one for no body at all is `done` from the start. */
export function createBodyDecoder(framing: BodyFraming, limits?: ChunkLimits): BodyDecoder {
  if (framing.kind === 'chunked') return new ChunkedDecoder(limits);
  if (framing.kind === 'close') return new CloseDecoder();
  return new LengthDecoder(framing.kind === 'length' ? framing.length : 0);
}

/** Counts down a Content-Length. */
export class LengthDecoder implements BodyDecoder {
  readonly error: undefined = undefined;
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  get done(): boolean {
    return this.#left === 0;
  }

  decode(buf: Buffer, start: number, take: TakeContent): number {
    const end = Math.min(buf.length, start + this.#left);
    this.#left -= end - start;
    if (end > start) take(buf, start, end);
    return end;
  }

  close(): boolean {
    return this.done;
  }
}

/** Everything up to the end of the connection. */
export class CloseDecoder implements BodyDecoder {
  readonly error: undefined = undefined;
  done = false;

  decode(buf: Buffer, start: number, take: TakeContent): number {
    if (buf.length > start) take(buf, start, buf.length);
    return buf.length;
  }

  close(): boolean {
    this.done = true;
    return true;
  }
}
