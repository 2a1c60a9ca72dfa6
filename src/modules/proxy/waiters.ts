// Those for whom a pool has nothing at the moment, first come first served. Owns their patience; what they get, and when,
// is the pool's.

import type { Deadlines, Timed } from './deadlines.ts';

/** Whoever asks a pool. */
export interface Patient {
  /** Nothing became free in time. */
  onBusy(): void;
}

class Waiter<U extends Patient> implements Timed {
  deadlineAt: number;
  readonly user: U;
  readonly #cancel: (user: U) => void;

  constructor(user: U, deadlineAt: number, cancel: (user: U) => void) {
    this.user = user;
    this.deadlineAt = deadlineAt;
    this.#cancel = cancel;
  }

  onDeadline(): void {
    this.#cancel(this.user);
    this.user.onBusy();
  }
}

export class Waiters<U extends Patient> {
  readonly #deadlines: Deadlines;
  readonly #patience: number | undefined;
  readonly #waiting: Waiter<U>[] = [];
  readonly #cancel = (user: U): void => this.cancel(user);

  /** `patience`: milliseconds (`acquire`); undefined to wait for as long as it takes. */
  constructor(deadlines: Deadlines, patience: number | undefined) {
    this.#deadlines = deadlines;
    this.#patience = patience;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(user: U): void {
    const deadlineAt = this.#patience === undefined ? 0 : this.#deadlines.after(this.#patience);
    const waiter = new Waiter(user, deadlineAt, this.#cancel);
    this.#waiting.push(waiter);
    this.#deadlines.add(waiter);
  }

  /** `user` no longer waits. */
  cancel(user: U): void {
    const at = this.#waiting.findIndex((waiter) => waiter.user === user);
    if (at < 0) return;
    this.#deadlines.delete(this.#waiting[at]!);
    this.#waiting.splice(at, 1);
  }

  /** The one who has waited longest; undefined when nobody does. */
  next(): U | undefined {
    const waiter = this.#waiting.shift();
    if (waiter !== undefined) this.#deadlines.delete(waiter);
    return waiter?.user;
  }
}
