// The body of a request that node:http reads, as a source: nothing is read before somebody starts it, so that the next
// handler finds it whole where the rules had no use for it.

import type { IncomingMessage } from 'node:http';
import { BodyError, type BodySink, type BodySource } from '../../wire/body.ts';

export class NodeBody implements BodySource {
  readonly #request: IncomingMessage;
  #sink: BodySink | undefined = undefined;

  constructor(request: IncomingMessage) {
    this.#request = request;
  }

  start(sink: BodySink): void {
    if (this.#sink !== undefined) throw new Error('the body of a request can be read once');
    this.#sink = sink;
    const request = this.#request;
    // An end that somebody else has heard is not told again; nothing was in it, or the body would be another kind.
    if (request.readableEnded) {
      this.#end();
      return;
    }
    if (request.destroyed) {
      this.#break();
      return;
    }
    request.on('data', this.#take);
    request.on('end', this.#end);
    request.on('close', this.#break);
    request.on('error', this.#break);
  }

  readonly #take = (chunk: Buffer | string): void => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
    if (this.#sink?.data(bytes) === false) this.#request.pause();
  };

  readonly #end = (): void => {
    const sink = this.#release();
    sink?.end();
  };

  readonly #break = (): void => {
    const sink = this.#release();
    sink?.fail(new BodyError(400, 'the client has gone before the end of the request body'));
  };

  #release(): BodySink | undefined {
    const sink = this.#sink;
    this.#sink = DONE;
    const request = this.#request;
    request.off('data', this.#take);
    request.off('end', this.#end);
    request.off('close', this.#break);
    request.off('error', this.#break);
    return sink === DONE ? undefined : sink;
  }

  pause(): void {
    this.#request.pause();
  }

  resume(): void {
    this.#request.resume();
  }

  /** What still comes is read and forgotten: node needs the end of it for the next request. */
  abort(): void {
    if (this.#sink === undefined) return;
    this.#release();
    this.#request.resume();
  }
}

/** In the place of a sink that hears nothing more. */
const DONE: BodySink = { data: () => true, end: () => undefined, fail: () => undefined };
