// What large heads of requests may hold in memory, all connections together. Each alone is bounded by the limits of
// lines and fields, at 800 KB; ten thousand of those are more than a machine has. Small ones are not counted.

const MOST = 64 << 20;
const SMALL = 16 << 10;

export class HeadBudget {
  #held = 0;

  /** Counts a head that has grown from `before` to `now` bytes; false where that is too much. */
  grow(before: number, now: number): boolean {
    if (now <= SMALL) return true;
    this.#held += before > SMALL ? now - before : now;
    return this.#held <= MOST;
  }

  /** A head of that many bytes is no longer held. */
  release(bytes: number): void {
    if (bytes > SMALL) this.#held -= bytes;
  }
}
