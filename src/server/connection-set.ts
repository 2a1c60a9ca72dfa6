// All open connections: how many there may be, and how they end when the server stops (no new ones, idle ones closed,
// exchanges under way finished, up to a deadline).

import type { ConnectionActivity } from '../request/activity.ts';
import type { OwnedConnection } from './connection-owner.ts';

/** A flood of clients must not cost a look at all others for each of its connections. */
const LOOK_AGAIN_MS = 100;

export class ConnectionSet {
  readonly #all: Set<OwnedConnection> = new Set();
  /** How many there may be. */
  most: number = Number.POSITIVE_INFINITY;
  /** Until then looking for an idle one is not worth it: there was none just now. */
  #noneIdleUntil = 0;
  #whenEmpty: (() => void) | undefined = undefined;

  get size(): number {
    return this.#all.size;
  }

  *reports(): IterableIterator<ConnectionActivity> {
    for (const connection of this.#all) yield connection.report();
  }

  /** Makes sure that one more may be added: where there are as many as may be, an idle one ends. False: all are busy. */
  makeRoom(): boolean {
    return this.#all.size < this.most || this.#endIdle();
  }

  /** Ends one of those that wait for a request, an old one first; false where there is none. */
  #endIdle(): boolean {
    const now = performance.now();
    if (now < this.#noneIdleUntil) return false;
    for (const connection of this.#all) {
      if (!connection.isIdle) continue;
      connection.destroy();
      return true;
    }
    this.#noneIdleUntil = now + LOOK_AGAIN_MS;
    return false;
  }

  add(connection: OwnedConnection): void {
    this.#all.add(connection);
  }

  delete(connection: OwnedConnection): void {
    this.#all.delete(connection);
    if (this.#all.size === 0) this.#whenEmpty?.();
  }

  /** Lets every connection end by itself; those that are left after `deadlineMs` are cut. Answers how many those were. */
  async drain(deadlineMs: number): Promise<number> {
    for (const connection of this.#all) connection.drain();
    await this.#emptyWithin(deadlineMs);
    const left = this.#all.size;
    this.destroyAll();
    return left;
  }

  destroyAll(): void {
    for (const connection of this.#all) connection.destroy();
  }

  #emptyWithin(deadlineMs: number): Promise<void> {
    if (this.#all.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, deadlineMs);
      this.#whenEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
