// What is known of an application's failures, and what follows: when it may be started again, and when it is given up.

import { CALM_MS, GIVEN_UP_MS, restartDelay } from './back-off.ts';

/** The longest that anybody is told to wait before asking again. */
const LONGEST_RETRY_MS = 3_600_000;

export interface LastFailure {
  /** For people, `it` left out: `ended with exit code 1`. */
  readonly why: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What it had printed by then. */
  readonly output: readonly string[];
}

export class Failures {
  /** Since a process was last calm. */
  inRow = 0;
  last: LastFailure | undefined = undefined;
  #isGivenUp = false;
  /** No start before; on the clock of ticks. */
  #notBefore = 0;

  /** Requests are refused, and nothing is started. */
  isGivenUp(now: number): boolean {
    return this.#isGivenUp && now < this.#notBefore;
  }

  mayStart(now: number): boolean {
    return now >= this.#notBefore;
  }

  /** Milliseconds until it may be started. */
  pause(now: number): number {
    return Math.max(0, Math.min(this.#notBefore - now, LONGEST_RETRY_MS));
  }

  /** Answers whether it is given up, and for how long it is not started, in milliseconds. */
  add(
    failure: { readonly wasReady: boolean; readonly readyFor: number },
    rules: { readonly limit: number; readonly mayRestart: boolean },
    now: number,
  ): { readonly isGivenUp: boolean; readonly pause: number } {
    if (failure.readyFor >= CALM_MS) this.inRow = 0;
    this.inRow += 1;
    this.#isGivenUp = !rules.mayRestart || this.inRow >= rules.limit;
    const again = this.#isGivenUp ? GIVEN_UP_MS : restartDelay(this.inRow, failure.wasReady);
    const pause = rules.mayRestart ? again : Number.POSITIVE_INFINITY;
    this.#notBefore = now + pause;
    return { isGivenUp: this.#isGivenUp, pause };
  }

  /** A process is ready: others may be started at once. */
  suspend(): void {
    this.#isGivenUp = false;
    this.#notBefore = 0;
  }

  /** An operator's wish counts more than earlier failures. */
  forgive(): void {
    this.suspend();
    this.inRow = 0;
  }
}
