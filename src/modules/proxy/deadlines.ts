// Coarse time-outs for many backend connections: one interval looks at all of them, so that setting a deadline is an
// assignment and a request needs no timer of its own.

import { Ticker, type Ticking } from '../../kit/ticker.ts';

export interface Timed {
  /** When `onDeadline` is due, on the clock of `Deadlines.now`; 0 for never. */
  deadlineAt: number;
  onDeadline(): void;
}

const TICK_MS = 250;

/** The list and its clock, which runs only while somebody is on the list. */
export class Deadlines implements Ticking {
  /** Milliseconds of a clock that is never set back, not older than a tick while the list is not empty. */
  now: number = performance.now();
  readonly #timed: Set<Timed> = new Set();
  readonly #tickMs: number;
  readonly #ticker: Ticker;

  constructor(tickMs: number = TICK_MS) {
    this.#tickMs = tickMs;
    this.#ticker = new Ticker(tickMs);
  }

  add(timed: Timed): void {
    if (this.#timed.size === 0) {
      this.now = performance.now();
      this.#ticker.add(this);
    }
    this.#timed.add(timed);
  }

  delete(timed: Timed): void {
    this.#timed.delete(timed);
    if (this.#timed.size === 0) this.#ticker.delete(this);
  }

  /** The moment `duration` from now; never early, at most two ticks late. */
  after(duration: number): number {
    if (this.#timed.size === 0) this.now = performance.now();
    return this.now + duration + this.#tickMs;
  }

  onTick(): void {
    const now = performance.now();
    this.now = now;
    for (const timed of this.#timed) {
      if (timed.deadlineAt !== 0 && timed.deadlineAt <= now) {
        timed.deadlineAt = 0;
        timed.onDeadline();
      }
    }
  }
}
