// What lies below TLS, for connections on which it matters how it ends. Node tells an end that the other side has
// announced (close_notify) and one that just happened alike; here the bytes pass through our hands, and the end is
// held back until TLS has had the chance to announce it. Costs about as much again as the encryption of a small answer,
// so that only those backends have it whose answers nothing else ends.

import { Duplex } from 'node:stream';

export class WatchedWire extends Duplex {
  readonly #socket: Duplex;
  #isHeld = false;
  #isAnnounced: () => boolean = () => true;
  /** The end came without a word about it: what was sent may have been more. */
  isCut = false;

  /** `socket`: on its way to the other end, and left half open by the end of one direction. */
  constructor(socket: Duplex, onConnect: () => void) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#socket.on('connect', onConnect);
    this.#socket.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) this.#socket.pause();
    });
    this.#socket.on('end', () => {
      this.#isHeld = true;
      setImmediate(() => this.look());
    });
    this.#socket.on('error', (error) => this.destroy(error));
    this.#socket.on('close', () => this.destroy());
  }

  /**
   * Sets who says whether TLS has ended by itself: false while it may still do so, or has not done so. Asked when the
   * socket below has ended and all bytes are passed on.
   */
  watch(isAnnounced: () => boolean): void {
    this.#isAnnounced = isAnnounced;
  }

  /** Passes a held end on, where everything before it has been read. */
  look(): void {
    if (!this.#isHeld || this.readableLength > 0) return;
    this.#isHeld = false;
    this.isCut = !this.#isAnnounced();
    this.push(null);
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.write(bytes, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
