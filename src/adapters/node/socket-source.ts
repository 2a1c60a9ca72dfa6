// The bytes that come from a socket which left HTTP, as a source: first those that came with the request.

import type { Socket } from 'node:net';
import type { BodySink, BodySource } from '../../wire/body.ts';

export class SocketSource implements BodySource {
  readonly #socket: Socket;
  readonly #first: Buffer;
  #sink: BodySink | undefined = undefined;

  /** `first`: what was read behind the head. */
  constructor(socket: Socket, first: Buffer) {
    this.#socket = socket;
    this.#first = first;
  }

  start(sink: BodySink): void {
    this.#sink = sink;
    const socket = this.#socket;
    if (this.#first.length > 0) socket.unshift(this.#first);
    socket.on('data', (chunk: Buffer) => {
      if (this.#sink?.data(chunk) === false) socket.pause();
    });
    socket.on('end', () => this.#release()?.end());
    socket.resume();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  abort(): void {
    this.#release();
    this.#socket.destroy();
  }

  #release(): BodySink | undefined {
    const sink = this.#sink;
    this.#sink = undefined;
    return sink;
  }
}
