// Bytes that came from a socket and are not looked at yet. While there are any the socket rests, so that a client
// that sends ahead fills its own buffers and not ours.

import type { Socket } from 'node:net';

export class HeldInput {
  readonly #socket: Socket;
  /** What came last; only what begins at `at` is left of it. */
  bytes: Buffer | undefined = undefined;
  at = 0;
  #isResting = false;
  /** They stand where the next read of any connection will write. */
  isShared = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get isEmpty(): boolean {
    return this.bytes === undefined;
  }

  /** Bytes that are not looked at yet. */
  get size(): number {
    return this.bytes === undefined ? 0 : this.bytes.length - this.at;
  }

  /** Shared bytes are another read's later: whoever lets them lie calls `keep`. */
  add(chunk: Buffer, isShared: boolean): void {
    if (this.bytes === undefined) {
      this.bytes = chunk;
      this.isShared = isShared;
    } else {
      this.bytes = Buffer.concat([this.bytes.subarray(this.at), chunk]);
      this.isShared = false;
    }
    this.at = 0;
  }

  /** Makes what is left of shared bytes its own. */
  keep(): void {
    if (!this.isShared || this.bytes === undefined) return;
    this.bytes = Buffer.from(this.bytes.subarray(this.at));
    this.at = 0;
    this.isShared = false;
  }

  /** Everything before `end` is done with. */
  consume(end: number): void {
    this.at = end;
    if (this.bytes !== undefined && end >= this.bytes.length) this.bytes = undefined;
  }

  clear(): void {
    this.bytes = undefined;
  }

  /** Lets the socket rest or go on. */
  restOrGoOn(): void {
    const mustRest = this.bytes !== undefined;
    if (mustRest === this.#isResting) return;
    this.#isResting = mustRest;
    if (mustRest) this.#socket.pause();
    else this.#socket.resume();
  }
}
