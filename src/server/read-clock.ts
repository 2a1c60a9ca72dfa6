// The time a client has for one part of a request: Timeout between two pieces of it, and what RequestReadTimeout
// gives for the whole, which every byte extends. It stands still while nobody reads: a client that is made to wait is
// not slow.

import type { Clock } from '../kit/ticker.ts';
import type { ReadLimit } from '../request/read-limits.ts';

const NEVER: number = Number.POSITIVE_INFINITY;

export class ReadClock {
  /** Bytes that have come. */
  bytes = 0;
  readonly #clock: Clock;
  readonly #timeout: number;
  readonly #perByte: number;
  /** When the time for the whole is over, and beyond which it cannot be extended. */
  #end: number;
  #latest: number;
  #stoppedAt: number | undefined = undefined;

  /** `timeout`: milliseconds between two pieces. */
  constructor(clock: Clock, timeout: number, limit: ReadLimit | undefined) {
    const isLimited = limit !== undefined && limit.timeout > 0;
    this.#clock = clock;
    this.#timeout = timeout;
    this.#perByte = isLimited ? limit.perByte : 0;
    this.#end = isLimited ? clock.after(limit.timeout) : NEVER;
    this.#latest = isLimited && limit.longest > 0 ? clock.after(limit.longest) : NEVER;
  }

  /** So many bytes have come and more are wanted: answers until when. */
  await(bytes: number): number {
    if (this.#stoppedAt !== undefined) this.#goOn(this.#clock.now - this.#stoppedAt);
    this.bytes += bytes;
    this.#end = Math.min(this.#end + bytes * this.#perByte, this.#latest);
    return Math.min(this.#end, this.#clock.after(this.#timeout));
  }

  #goOn(stood: number): void {
    this.#stoppedAt = undefined;
    this.#end += stood;
    this.#latest += stood;
  }

  /** Nobody reads. */
  stop(): void {
    this.#stoppedAt ??= this.#clock.now;
  }
}
