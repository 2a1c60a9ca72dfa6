// Requests that wait for a member of a balancer to become usable. One timer looks for all of them, so that a crowd that
// waits costs no more than one that does.

/** How often is looked in the time that a request may wait. */
const LOOKS = 100;

export interface Wait<T> {
  /** Milliseconds. */
  readonly timeout: number;
  /** What is waited for, if it is there. */
  choose(): T | undefined;
  /** Called once: with what was found, or nothing when the time is over. */
  done(found: T | undefined): void;
}

interface Waiter<T> {
  readonly wait: Wait<T>;
  readonly until: number;
}

export class WaitingRoom<T> {
  readonly #waiters: Set<Waiter<T>> = new Set();
  #timer: NodeJS.Timeout | undefined = undefined;

  /** Waits; the answer gives up waiting. */
  enter(wait: Wait<T>): () => void {
    const waiter: Waiter<T> = { wait, until: performance.now() + wait.timeout };
    this.#waiters.add(waiter);
    this.#timer ??= setInterval(() => this.#look(), wait.timeout / LOOKS);
    return () => this.#leave(waiter);
  }

  /** Who came first is served first; where there is nothing for one there is nothing for those behind. */
  #look(): void {
    const now = performance.now();
    let isAny = true;
    for (const waiter of [...this.#waiters]) {
      const found: T | undefined = isAny ? waiter.wait.choose() : undefined;
      isAny = found !== undefined;
      if (found === undefined && now < waiter.until) continue;
      this.#leave(waiter);
      waiter.wait.done(found);
    }
  }

  #leave(waiter: Waiter<T>): void {
    this.#waiters.delete(waiter);
    if (this.#waiters.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
