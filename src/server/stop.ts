// Stopping: no new connections, idle ones closed, exchanges under way finished, up to a deadline.

import type { OwnedConnection } from './connection-owner.ts';

/** Every open connection of the server, and the wish to be told when there are none. */
export class ConnectionSet {
  readonly #all: Set<OwnedConnection> = new Set();
  #whenEmpty: (() => void) | undefined = undefined;

  get size(): number {
    return this.#all.size;
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
