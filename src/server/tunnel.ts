// The client's end of a tunnel: an upgraded connection, whose bytes nobody here looks at.

import type { Socket } from 'node:net';
import type { Tunnel, TunnelUser } from '../request/transport.ts';
import type { BodySource } from '../wire/body.ts';

export class SocketTunnel implements Tunnel {
  written: number;
  readonly #socket: Socket;
  readonly #incoming: BodySource;
  readonly #close: () => void;
  #user: TunnelUser | undefined = undefined;

  /** `incoming` is fed by the connection, `close` ends it; `written` counts from the bytes of the head. */
  constructor(socket: Socket, incoming: BodySource, headBytes: number, close: () => void) {
    this.#socket = socket;
    this.#incoming = incoming;
    this.written = headBytes;
    this.#close = close;
  }

  start(user: TunnelUser): void {
    this.#user = user;
    this.#incoming.start(user);
  }

  resume(): void {
    this.#incoming.resume();
  }

  write(chunk: Buffer): boolean {
    if (!this.#socket.writable) return true;
    this.written += chunk.length;
    return this.#socket.write(chunk);
  }

  end(): void {
    this.#socket.end();
  }

  close(): void {
    this.#close();
  }

  /** The client takes bytes again. */
  drained(): void {
    this.#user?.drained();
  }

  /** The client is gone, or is to go. */
  fail(error: Error): void {
    this.#user?.fail(error);
  }
}
