// Passwords that have been verified, so that a browser's next request does not pay for a hash that is slow on purpose.
// Kept is no password: only a keyed digest of password and hash, whose key nobody knows and which fits no other hash.
// A new hash in the file, and with it a new password, is therefore a new question. What was wrong is asked again.

import { createHmac, randomBytes } from 'node:crypto';
import type { Soon } from '../../../kit/wait.ts';
import { isSlow, verifyPassword } from './verify.ts';

/** Pairs of password and hash that are remembered. */
const MOST_PAIRS = 1000;

/** Hashes that are made at once: the threads behind them serve files, too. */
const MOST_AT_ONCE = 2;

/** True, false, or undefined for a hash of a kind that is not known. */
type Answer = boolean | undefined;

export class VerifiedPasswords {
  readonly #most: number;
  readonly #key: Buffer = randomBytes(32);
  readonly #known: Set<string> = new Set();
  /** The same question asked several times at once, as by a browser's first connections, is answered once. */
  readonly #underWay: Map<string, Promise<Answer>> = new Map();
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(most: number = MOST_PAIRS) {
    this.#most = most;
  }

  verify(password: string, hash: string): Soon<Answer> {
    if (!isSlow(hash)) return verifyPassword(password, hash);
    const pair = this.#pairOf(password, hash);
    if (this.#known.has(pair)) return true;
    let answer = this.#underWay.get(pair);
    if (answer === undefined) {
      answer = this.#ask(password, hash, pair);
      this.#underWay.set(pair, answer);
    }
    return answer;
  }

  #pairOf(password: string, hash: string): string {
    // Neither holds a NUL.
    return createHmac('sha256', this.#key).update(`${hash}\0${password}`, 'latin1').digest('base64');
  }

  async #ask(password: string, hash: string, pair: string): Promise<Answer> {
    await this.#turn();
    try {
      const answer = await verifyPassword(password, hash);
      if (answer === true) this.#remember(pair);
      return answer;
    } finally {
      this.#underWay.delete(pair);
      this.#busy--;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    while (this.#busy >= MOST_AT_ONCE) await new Promise<void>((go) => this.#waiting.push(go));
    this.#busy++;
  }

  #remember(pair: string): void {
    this.#known.add(pair);
    if (this.#known.size > this.#most) this.#known.delete(this.#known.values().next().value!);
  }
}
