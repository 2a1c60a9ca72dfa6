// The backend's end of a tunnel: a connection whose bytes are no messages any more. The connection it was hands over
// what happens on its socket; idleness is measured on the connection's deadline.

import type { Socket } from 'node:net';
import type { Tunnel, TunnelUser } from '../../request/transport.ts';
import { BackendBody, type BodyFeeder } from './backend-body.ts';

/** How long a backend may take to notice that its tunnel is over, when nothing is left to be sent to it. */
const LINGER_MS = 2000;

/** Nothing else tells that a silent backend is gone. */
const PROBE_MS = 30_000;

/** Why a tunnel ended where nothing came from either side for as long as it may be idle. */
export class IdleTunnel extends Error {}

/** The connection, as its tunnel sees it. */
export interface TunnelHost {
  /** What `onDeadline` is due after; 0 for never. */
  deadlineAt: number;
  after(duration: number): number;
  /** Milliseconds that a backend may be silent. */
  readonly timeout: number;
}

export class BackendTunnel implements Tunnel, BodyFeeder {
  written = 0;
  readonly #socket: Socket;
  readonly #host: TunnelHost;
  readonly #incoming: BackendBody;
  #user: TunnelUser | undefined = undefined;
  #isPaused = false;
  #isClosing = false;

  constructor(socket: Socket, host: TunnelHost) {
    this.#socket = socket;
    this.#host = host;
    this.#incoming = new BackendBody(this);
    socket.setKeepAlive(true, PROBE_MS);
  }

  /** Somebody takes the bytes, or did. */
  get isOpened(): boolean {
    return this.#isClosing || this.#user !== undefined;
  }

  /** The connection must not be read. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  start(user: TunnelUser): void {
    this.#user = user;
    this.#incoming.start(user);
  }

  /** Something happened on the tunnel, in whichever direction: it may be idle for `duration` from here on. */
  touch(duration: number): void {
    if (!this.#isClosing) this.#host.deadlineAt = this.#host.after(duration);
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

  /** Ends our direction and reads on for a moment: closing at once could destroy what is on its way. */
  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#user = undefined;
    this.#incoming.abort();
    const { writableLength } = this.#socket;
    this.#host.deadlineAt = this.#host.after(writableLength > 0 ? this.#host.timeout : LINGER_MS);
    this.#socket.end();
    this.#socket.resume();
    if (this.#socket.readableEnded) this.#socket.destroySoon();
  }

  /** Takes bytes of a buffer that is used again. */
  read(bytes: Buffer): void {
    if (!this.#isClosing && !this.#incoming.push(Buffer.from(bytes))) this.#isPaused = true;
  }

  pauseBody(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resumeBody(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#socket.resume();
  }

  abandonBody(): void {
    this.#isPaused = false;
  }

  /** The backend has ended its direction. */
  ended(): void {
    if (this.#isClosing) this.#socket.destroySoon();
    else this.#incoming.end();
  }

  /** The backend takes bytes again. */
  drained(): void {
    this.#user?.drained();
  }

  /** The backend is gone, or the tunnel was idle. False when nobody is there to be told. */
  fail(error: Error): boolean {
    const user = this.#user;
    user?.fail(error);
    return user !== undefined;
  }
}
