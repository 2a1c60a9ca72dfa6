// How many requests are answered at once (MaxRequestWorkers). Those beyond wait, in the order in which they came.

/** Somebody whose request waits for its turn. */
export interface Waiting {
  takeTurn(): void;
}

export class Turns {
  #most: number = Number.POSITIVE_INFINITY;
  #taken = 0;
  readonly #waiting: Set<Waiting> = new Set();
  readonly #onFull: () => void;
  #isHandingOut = false;

  /** `onFull` is told whenever somebody has to wait. */
  constructor(onFull: () => void = () => undefined) {
    this.#onFull = onFull;
  }

  get most(): number {
    return this.#most;
  }

  /** Whether `one` may begin now. If not, its `takeTurn` is called when it may. */
  take(one: Waiting): boolean {
    if (this.#taken < this.#most) {
      this.#taken += 1;
      return true;
    }
    this.#waiting.add(one);
    this.#onFull();
    return false;
  }

  /** A request is over. */
  giveBack(): void {
    this.#taken -= 1;
    if (this.#waiting.size > 0) this.#handOut();
  }

  /** `one` waits no longer. */
  leave(one: Waiting): void {
    this.#waiting.delete(one);
  }

  setMost(most: number): void {
    this.#most = most;
    this.#handOut();
  }

  /** A loop: requests that are answered at once must not pile up on the stack. */
  #handOut(): void {
    if (this.#isHandingOut) return;
    this.#isHandingOut = true;
    try {
      for (const next of this.#waiting) {
        if (this.#taken >= this.#most) break;
        this.#waiting.delete(next);
        this.#taken += 1;
        next.takeTurn();
      }
    } finally {
      this.#isHandingOut = false;
    }
  }
}
