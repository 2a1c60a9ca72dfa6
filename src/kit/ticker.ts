// Coarse time for many: one interval tells all who are on the list, so that nobody needs a timer of its own and
// setting a deadline is an assignment.

/** Something that is asked regularly whether its time is over. */
export interface Ticking {
  /** `now` on the ticker's clock. */
  onTick(now: number): void;
}

/** Coarse time, in milliseconds of a clock that is never set back. */
export interface Clock {
  readonly now: number;
  /** The moment `duration` from now. */
  after(duration: number): number;
}

/** Milliseconds between two ticks, where nobody needs them closer. */
export const TICK_MS = 250;

/** Runs only while somebody is on the list, and never keeps the process alive by itself. */
export class Ticker implements Clock {
  /** At most a tick behind while somebody is on the list. */
  now: number = performance.now();
  readonly #listed: Set<Ticking> = new Set();
  #tickMs: number;
  #interval: NodeJS.Timeout | undefined = undefined;

  constructor(tickMs: number = TICK_MS) {
    this.#tickMs = tickMs;
  }

  add(ticking: Ticking): void {
    this.#listed.add(ticking);
    if (this.#interval === undefined) this.#start();
  }

  delete(ticking: Ticking): void {
    this.#listed.delete(ticking);
    if (this.#listed.size === 0) this.#stop();
  }

  /** Never early, at most two ticks late. */
  after(duration: number): number {
    if (this.#interval === undefined) this.now = performance.now();
    return this.now + duration + this.#tickMs;
  }

  /** Changes the time between ticks. */
  setPace(tickMs: number): void {
    if (tickMs === this.#tickMs) return;
    this.#tickMs = tickMs;
    if (this.#interval === undefined) return;
    this.#stop();
    this.#start();
  }

  #start(): void {
    this.now = performance.now();
    this.#interval = setInterval(() => this.#tick(), this.#tickMs);
    this.#interval.unref();
  }

  #stop(): void {
    clearInterval(this.#interval);
    this.#interval = undefined;
  }

  #tick(): void {
    this.now = performance.now();
    for (const ticking of this.#listed) ticking.onTick(this.now);
  }
}
