// The body of a request while it comes in: decoded bytes go to whoever started it, or nowhere once nobody wants them.
// Owns the state of one body; the connection owns the bytes and decides when the socket is read.

import type { BodySink, BodySource } from '../wire/body.ts';
import { BodyError } from '../wire/body.ts';
import type { BodyDecoder } from '../wire/body-decoder.ts';
import type { HeaderList } from '../wire/header-list.ts';

/** The connection, as a body sees it. */
export interface BodyOwner {
  /** Somebody begins to read: a client that waits for 100 Continue may go on. */
  onBodyStarted(): void;
  /** The body wants bytes that it did not want before. */
  onBodyWanted(): void;
}

export class RequestBodySource implements BodySource {
  readonly #owner: BodyOwner;
  readonly #decoder: BodyDecoder;
  #isLent = false;
  #sink: BodySink | undefined = undefined;
  #error: BodyError | undefined;
  #isPaused = false;
  #isAborted = false;
  #isOver: boolean;
  /** Bytes that were read although nobody wanted them. */
  discarded = 0;

  /** `refusal` lets every reader fail at once: the body is in a coding that nobody here can undo. */
  constructor(owner: BodyOwner, decoder: BodyDecoder, refusal?: BodyError) {
    this.#owner = owner;
    this.#decoder = decoder;
    this.#error = refusal;
    this.#isOver = decoder.done;
  }

  /** Nothing of this body is left on the connection. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The framing was wrong or the body broke off: what follows on the connection cannot be read. */
  get isBroken(): boolean {
    return this.#error !== undefined;
  }

  get trailers(): HeaderList | undefined {
    return this.#decoder.trailers;
  }

  /** Bytes may be handed to `read`. */
  get wantsBytes(): boolean {
    if (this.#isOver || this.#error !== undefined) return false;
    return this.#isAborted || (this.#sink !== undefined && !this.#isPaused);
  }

  /** Somebody takes the bytes, or waits for them. */
  get isBeingRead(): boolean {
    return this.#sink !== undefined && !this.#isAborted;
  }

  start(sink: BodySink): void {
    if (this.#sink !== undefined || this.#isAborted)
      throw new Error('the body of a request can be read once');
    this.#sink = sink;
    if (this.#error !== undefined) sink.fail(this.#error);
    else if (this.#isOver) sink.end();
    else {
      this.#owner.onBodyStarted();
      this.#owner.onBodyWanted();
    }
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.wantsBytes) this.#owner.onBodyWanted();
  }

  abort(): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
  }

  /** Takes what belongs to the body; answers the index behind it. `isLent`: the buffer is another read's later. */
  read(buf: Buffer, start: number, isLent: boolean): number {
    this.#isLent = isLent;
    const end = this.#decoder.decode(buf, start, this.#take);
    const { error } = this.#decoder;
    if (error !== undefined)
      this.break(new BodyError(error.status, `malformed request body (${error.code})`));
    else if (this.#decoder.done) this.#finish();
    return end;
  }

  readonly #take = (buf: Buffer, from: number, to: number): void => {
    if (this.#isAborted) {
      this.discarded += to - from;
      return;
    }
    const sink = this.#sink!;
    const piece = buf.subarray(from, to);
    if (!sink.data(this.#isLent && sink.copies !== true ? Buffer.from(piece) : piece)) this.#isPaused = true;
  };

  #finish(): void {
    this.#isOver = true;
    if (!this.#isAborted) this.#sink?.end();
  }

  /** The client will send no more. */
  closeInput(): void {
    if (this.#isOver || this.#error !== undefined) return;
    if (this.#decoder.close()) this.#finish();
    else this.break(new BodyError(400, 'the client closed before the end of the request body'));
  }

  /** The body breaks off here. */
  break(error: BodyError): void {
    if (this.#isOver || this.#error !== undefined) return;
    this.#error = error;
    if (!this.#isAborted) this.#sink?.fail(error);
  }
}
