// The bytes of a head that did not come in one chunk. Grows by doubling; a head that came whole never gets here.

const SMALLEST = 512;

/** An owned, growing copy of the bytes seen so far. */
export class HeldBytes {
  bytes: Buffer = Buffer.alloc(0);
  length = 0;

  /** Copies `buf` from `start` on behind what is held. */
  add(buf: Buffer, start: number): void {
    const needed = this.length + buf.length - start;
    if (needed > this.bytes.length) this.#grow(needed);
    buf.copy(this.bytes, this.length, start);
    this.length = needed;
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(SMALLEST, needed, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  /** Forgets the bytes and frees their memory. */
  clear(): void {
    if (this.length === 0) return;
    this.bytes = Buffer.alloc(0);
    this.length = 0;
  }
}
