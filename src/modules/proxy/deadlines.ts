// Coarse time-outs for many backend connections: one interval looks at all of them, so that setting a deadline is an
// assignment and a request needs no timer of its own.

export interface Timed {
  /** When `onDeadline` is due, on the clock of `Deadlines.now`; 0 for never. */
  deadlineAt: number;
  onDeadline(): void;
}

const TICK_MS = 250;

/** The list and its clock. The interval runs only while somebody is on the list, and keeps no process alive. */
export class Deadlines {
  /** Milliseconds of a clock that is never set back, not older than a tick while the list is not empty. */
  now: number = performance.now();
  readonly #timed: Set<Timed> = new Set();
  readonly #tickMs: number;
  #interval: NodeJS.Timeout | undefined = undefined;

  constructor(tickMs: number = TICK_MS) {
    this.#tickMs = tickMs;
  }

  add(timed: Timed): void {
    this.#timed.add(timed);
    if (this.#interval !== undefined) return;
    this.now = performance.now();
    this.#interval = setInterval(() => this.#tick(), this.#tickMs);
    this.#interval.unref();
  }

  delete(timed: Timed): void {
    this.#timed.delete(timed);
    if (this.#timed.size > 0 || this.#interval === undefined) return;
    clearInterval(this.#interval);
    this.#interval = undefined;
  }

  /** The moment `duration` from now; never early, at most two ticks late. */
  after(duration: number): number {
    if (this.#interval === undefined) this.now = performance.now();
    return this.now + duration + this.#tickMs;
  }

  #tick(): void {
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
