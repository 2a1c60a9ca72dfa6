// Coarse time-outs for many backend connections: one interval looks at all of them, so that setting a deadline is an
// assignment and a request needs no timer of its own.

import { Ticker, type Ticking } from '../../kit/ticker.ts';

export interface Timed {
  /** When `onDeadline` is due, on the clock of `Deadlines.now`; 0 for never. */
  deadlineAt: number;
  onDeadline(): void;
}

/** The list and its clock, which runs only while somebody is on the list. */
export class Deadlines implements Ticking {
  readonly #timed: Set<Timed> = new Set();
  readonly #ticker: Ticker;

  constructor(ticker: Ticker = new Ticker()) {
    this.#ticker = ticker;
  }

  /** Milliseconds of a clock that is never set back; at most a tick behind while the list is not empty. */
  get now(): number {
    return this.#ticker.now;
  }

  add(timed: Timed): void {
    if (this.#timed.size === 0) this.#ticker.add(this);
    this.#timed.add(timed);
  }

  delete(timed: Timed): void {
    this.#timed.delete(timed);
    if (this.#timed.size === 0) this.#ticker.delete(this);
  }

  /** The moment `duration` from now; never early, at most two ticks late. */
  after(duration: number): number {
    return this.#ticker.after(duration);
  }

  onTick(now: number): void {
    for (const timed of this.#timed) {
      if (timed.deadlineAt !== 0 && timed.deadlineAt <= now) {
        timed.deadlineAt = 0;
        timed.onDeadline();
      }
    }
  }
}
