// Coarse time for many: one interval tells all who are on the list, so that nobody needs a timer of its own and
// setting a deadline is an assignment.

/** Something that is asked regularly whether its time is over. */
export interface Ticking {
  /** `now` in milliseconds since 1970. */
  onTick(now: number): void;
}

const TICK_MS = 1000;

/** Runs only while somebody is on the list, and never keeps the process alive by itself. */
export class Ticker {
  readonly #listed: Set<Ticking> = new Set();
  readonly #tickMs: number;
  #interval: NodeJS.Timeout | undefined = undefined;

  constructor(tickMs: number = TICK_MS) {
    this.#tickMs = tickMs;
  }

  add(ticking: Ticking): void {
    this.#listed.add(ticking);
    if (this.#interval !== undefined) return;
    this.#interval = setInterval(() => this.#tick(), this.#tickMs);
    this.#interval.unref();
  }

  delete(ticking: Ticking): void {
    this.#listed.delete(ticking);
    if (this.#listed.size > 0) return;
    clearInterval(this.#interval);
    this.#interval = undefined;
  }

  #tick(): void {
    const now = Date.now();
    for (const ticking of this.#listed) ticking.onTick(now);
  }
}
