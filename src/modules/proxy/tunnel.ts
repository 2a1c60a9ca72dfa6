// A tunnel: the client's end and the backend's tied together. Bytes pass as they are; the faster side waits for the
// slower; an end of one direction is passed on and the other goes on; when nothing moves for long enough, or one end is
// gone, all of it is over.

import type { Tunnel, TunnelUser } from '../../request/transport.ts';
import type { BackendTunnel } from './backend-tunnel.ts';

/** How a tunnel is run. */
export interface TunnelOptions {
  /** Milliseconds without a byte in either direction. */
  readonly timeout: number;
  /** False: an end in one direction ends both (`proxy-nohalfclose`). */
  readonly halfCloses: boolean;
  /** Called once, when it is over: by the end of both directions, or by an error of one end. */
  readonly done: (error: Error | undefined, isOfClient: boolean) => void;
}

/** One of the two ends, and what becomes of that which comes out of it. */
class Side implements TunnelUser {
  readonly tunnel: Tunnel;
  readonly #run: TunnelRun;
  isOver = false;

  constructor(tunnel: Tunnel, run: TunnelRun) {
    this.tunnel = tunnel;
    this.#run = run;
  }

  data(chunk: Buffer): boolean {
    return this.#run.otherOf(this).write(chunk);
  }

  drained(): void {
    this.#run.otherOf(this).resume();
  }

  end(): void {
    this.#run.onEnd(this);
  }

  fail(error: Error): void {
    this.#run.stop(error, this);
  }
}

export class TunnelRun {
  readonly #client: Side;
  readonly #backend: Side;
  readonly #watch: BackendTunnel;
  readonly #options: TunnelOptions;
  #isStopped = false;

  constructor(client: Tunnel, backend: BackendTunnel, options: TunnelOptions) {
    this.#client = new Side(client, this);
    this.#backend = new Side(backend, this);
    this.#watch = backend;
    this.#options = options;
  }

  start(): void {
    this.#watch.touch(this.#options.timeout);
    this.#backend.tunnel.start(this.#backend);
    this.#client.tunnel.start(this.#client);
  }

  /** The end that the bytes of `side` go to. That they move shows that the tunnel is in use. */
  otherOf(side: Side): Tunnel {
    this.#watch.touch(this.#options.timeout);
    return (side === this.#client ? this.#backend : this.#client).tunnel;
  }

  onEnd(side: Side): void {
    if (this.#isStopped) return;
    side.isOver = true;
    this.otherOf(side).end();
    if (!this.#options.halfCloses || (this.#client.isOver && this.#backend.isOver)) this.stop();
  }

  /** Ends both directions, because of an error of `side` or because nothing is left to do. */
  stop(error?: Error, side?: Side): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#client.tunnel.close();
    this.#backend.tunnel.close();
    this.#options.done(error, side === this.#client);
  }
}
