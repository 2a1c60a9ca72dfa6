// Coarse time-outs for many connections: one interval walks them all; setting a deadline is an assignment.

/** Something that is asked regularly whether its time is over. */
export interface Timed {
  /** `now` in milliseconds since 1970. */
  onTick(now: number): void;
}

const TICK_MS = 1000;

/** Runs only while somebody is on the list, and never keeps the process alive by itself. */
export class Timers {
  readonly #timed: Set<Timed> = new Set();
  readonly #tickMs: number;
  #interval: NodeJS.Timeout | undefined = undefined;

  constructor(tickMs: number = TICK_MS) {
    this.#tickMs = tickMs;
  }

  add(timed: Timed): void {
    this.#timed.add(timed);
    if (this.#interval !== undefined) return;
    this.#interval = setInterval(() => this.#tick(), this.#tickMs);
    this.#interval.unref();
  }

  delete(timed: Timed): void {
    this.#timed.delete(timed);
    if (this.#timed.size > 0) return;
    clearInterval(this.#interval);
    this.#interval = undefined;
  }

  #tick(): void {
    const now = Date.now();
    for (const timed of this.#timed) timed.onTick(now);
  }
}
