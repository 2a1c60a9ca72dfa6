// The name that the connections of one pool lead to: what is known of it, whether that has changed, and when to ask
// again. The answers are shared with whoever else uses the name (addresses.ts).

import { type Addresses, DEFAULT_TTL } from './addresses.ts';

/** A name that was looked up less than this long ago (milliseconds) was looked up for this very attempt. */
const SAME_MOMENT = 500;

export class HostName {
  readonly #addresses: Addresses;
  readonly #name: string;
  readonly #ttl: number;
  #seen: readonly string[] | undefined = undefined;

  /** `ttl`: milliseconds for which an answer counts; undefined for the usual time. */
  constructor(addresses: Addresses, name: string, ttl: number = DEFAULT_TTL) {
    this.#addresses = addresses;
    this.#name = name;
    this.#ttl = ttl;
  }

  find(): readonly string[] | Promise<readonly string[]> {
    return this.#addresses.find(this.#name, this.#ttl);
  }

  /**
   * What the name leads to, where that may be something else than the last time this was asked. Begins to look again
   * where that is due, and does not wait for it.
   */
  changed(now: number): readonly string[] | undefined {
    const known = this.#addresses.known(this.#name);
    if (known === undefined) return undefined;
    if (now - known.askedAt >= this.#ttl) this.#refresh();
    if (known.addresses === this.#seen) return undefined;
    this.#seen = known.addresses;
    return known.addresses;
  }

  #refresh(): void {
    const found = this.find();
    // Whoever needs a new connection hears of the failure.
    if (found instanceof Promise) found.catch(() => undefined);
  }

  /** This address has answered. */
  prefer(address: string): void {
    this.#addresses.prefer(this.#name, address);
  }

  /** Looks again where none of the addresses answered; undefined where that was asked just now. */
  lookAgain(): Promise<boolean> | undefined {
    return this.#addresses.isOld(this.#name, SAME_MOMENT) ? this.#addresses.lookAgain(this.#name) : undefined;
  }
}
