// An upgraded connection: bytes both ways, nobody here looks at them.

import type { Socket } from 'node:net';
import type { Tunnel } from '../request/transport.ts';
import type { BodySource } from '../wire/body.ts';

/** The client's end of a tunnel. `incoming` is fed by the connection. */
export class SocketTunnel implements Tunnel {
  readonly incoming: BodySource;
  readonly #socket: Socket;
  #resume: (() => void) | undefined = undefined;

  constructor(socket: Socket, incoming: BodySource) {
    this.#socket = socket;
    this.incoming = incoming;
  }

  write(chunk: Buffer): boolean {
    if (this.#socket.destroyed || this.#socket.writableEnded) return true;
    return this.#socket.write(chunk);
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  onDrain(resume: () => void): void {
    this.#resume = resume;
  }

  /** The client takes bytes again. */
  drained(): void {
    this.#resume?.();
  }
}
