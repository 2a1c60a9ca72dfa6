// Requests that wait until an application is ready, first come first served.

import type { AppLease, AppRefusal, AppWait } from '../../request/apps.ts';

interface Waiting {
  readonly deadline: number;
  readonly settle: (result: AppLease | AppRefusal) => void;
}

const CANCELLED: AppRefusal = {
  kind: 'refusal',
  cause: 'cancelled',
  why: 'the request was given up',
  retryAfter: 1,
};

export class WaitingRequests {
  readonly #waiting: Set<Waiting> = new Set();

  get size(): number {
    return this.#waiting.size;
  }

  /** `deadline` on the clock of ticks. */
  add(deadline: number): AppWait {
    let settle: (result: AppLease | AppRefusal) => void = () => undefined;
    const result = new Promise<AppLease | AppRefusal>((resolve) => {
      settle = resolve;
    });
    const waiting: Waiting = { deadline, settle };
    this.#waiting.add(waiting);
    return {
      kind: 'wait',
      result,
      cancel: () => {
        if (this.#waiting.delete(waiting)) settle(CANCELLED);
      },
    };
  }

  /** Gives leases for as long as there are any. */
  serve(lease: () => AppLease | undefined): void {
    for (const waiting of this.#waiting) {
      const given = lease();
      if (given === undefined) return;
      this.#waiting.delete(waiting);
      waiting.settle(given);
    }
  }

  /** Those whose time is over. */
  expire(now: number, refusal: () => AppRefusal): void {
    for (const waiting of this.#waiting) if (now >= waiting.deadline) this.#refuse(waiting, refusal());
  }

  refuseAll(refusal: AppRefusal): void {
    for (const waiting of this.#waiting) this.#refuse(waiting, refusal);
  }

  #refuse(waiting: Waiting, refusal: AppRefusal): void {
    this.#waiting.delete(waiting);
    waiting.settle(refusal);
  }
}
