// The body of a web request as a source: its stream is opened when somebody wants it, read at the taker's pace, and no
// longer and no shorter than announced.

import { BodyError, type BodySink, type BodySource } from '../../wire/body.ts';

/** How a stream is read. */
export interface StreamReading {
  /** Content-Length; undefined for a body whose end tells its length. */
  readonly length: number | undefined;
  /** What nobody wants is read and forgotten, not cancelled: node:http would end the connection, with the answer on it. */
  readonly drains: boolean;
}

export class WebBody implements BodySource {
  readonly #open: () => ReadableStream<Uint8Array> | null;
  readonly #drains: boolean;
  #left: number;
  #length: number | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined = undefined;
  #sink: BodySink | undefined = undefined;
  #isPaused = false;
  #isReading = false;
  #isDropped = false;

  constructor(open: () => ReadableStream<Uint8Array> | null, { length, drains }: StreamReading) {
    this.#open = open;
    this.#drains = drains;
    this.#length = length;
    this.#left = length ?? Number.POSITIVE_INFINITY;
  }

  start(sink: BodySink): void {
    if (this.#reader !== undefined) throw new Error('the body of a request can be read once');
    this.#sink = sink;
    try {
      this.#reader = this.#open()?.getReader();
    } catch (error) {
      this.#fail(new BodyError(500, `somebody else reads the body of the request: ${String(error)}`));
      return;
    }
    if (this.#reader === undefined) this.#end();
    else void this.#read(this.#reader);
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#wantsMore()) {
        const { done, value } = await reader.read();
        if (done) this.#end();
        else this.#give(value);
        if (done) return;
      }
    } catch {
      this.#fail(new BodyError(400, 'the client has gone before the end of the request body'));
    } finally {
      this.#isReading = false;
    }
  }

  #wantsMore(): boolean {
    return this.#isDropped ? this.#drains : this.#sink !== undefined && !this.#isPaused;
  }

  #give(chunk: Uint8Array): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    if (!(chunk instanceof Uint8Array)) {
      this.#fail(new BodyError(400, 'the body of the request is a stream of something else than bytes'));
      return;
    }
    this.#left -= chunk.byteLength;
    if (this.#left < 0) this.#fail(new BodyError(400, 'the body of the request is longer than announced'));
    else if (!sink.data(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))) this.#isPaused = true;
  }

  #end(): void {
    if (this.#length !== undefined && this.#left > 0) {
      this.#fail(new BodyError(400, 'the body of the request is shorter than announced'));
      return;
    }
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.end();
  }

  #fail(error: BodyError): void {
    const sink = this.#sink;
    this.#drop();
    sink?.fail(error);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#reader !== undefined) void this.#read(this.#reader);
  }

  abort(): void {
    this.#drop();
  }

  #drop(): void {
    if (this.#isDropped) return;
    this.#isDropped = true;
    this.#sink = undefined;
    const reader = this.#reader;
    if (reader === undefined) return;
    if (this.#drains) void this.#read(reader);
    else reader.cancel().catch(ignore);
  }
}

function ignore(): void {}
