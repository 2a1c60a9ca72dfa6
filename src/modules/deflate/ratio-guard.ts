// A few compressed bytes that become very many (DeflateInflateRatioLimit, DeflateInflateRatioBurst).

import type { Passed } from '../coding/codec-body.ts';
import type { DeflateDir } from './directives.ts';

export class RatioGuard {
  readonly #limits: DeflateDir;
  #hits = 0;

  constructor(limits: DeflateDir) {
    this.#limits = limits;
  }

  get complaint(): string {
    const { ratioLimit, ratioBurst } = this.#limits;
    return `Inflated content ratio is larger than the configured limit ${ratioLimit} by ${ratioBurst} time(s)`;
  }

  /** False once the ratio has been reached more often in a row than is allowed. */
  allows({ input, output }: Passed): boolean {
    const isHigh = input > 0 && Math.floor(output / input) >= this.#limits.ratioLimit;
    this.#hits = isHigh ? this.#hits + 1 : 0;
    return this.#hits <= this.#limits.ratioBurst;
  }
}
