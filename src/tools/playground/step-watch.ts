// Looks at the steps of a request as they are taken: keeps what is shown of them, ends what has no end, and sees what is
// thrown on the way.

import type { Step } from '../inject.ts';
import { TraceLines } from '../trace-lines.ts';

/** What a page can still show. */
const MOST_TRACE = { lines: 5000, characters: 1_000_000 } as const;

/** The 32000 rounds that Apache grants [N], of some dozens of rules; [N=…] may ask for any number. */
const MOST_STEPS = 2_000_000;
const ENDLESS = 'the rules do not come to an end: this is given up after two million steps';

/** How the server logs what it did not expect (request/log.ts). */
const EXCEPTION = /^exception while answering ".*?": ([^|]*)/s;

export class StepWatch {
  readonly trace: TraceLines = new TraceLines(MOST_TRACE);
  #steps = 0;
  #problem: string | undefined = undefined;

  /** Why the answer is not that of a server; undefined where it is. */
  get problem(): string | undefined {
    return this.#problem;
  }

  readonly take = (step: Step): void => {
    this.trace.take(step);
    const { event } = step;
    const thrown = event.kind === 'log' ? EXCEPTION.exec(event.text)?.[1] : undefined;
    if (thrown !== undefined) this.#problem ??= `this cannot be answered: ${thrown.trim()}`;
    this.#steps += 1;
    if (this.#steps !== MOST_STEPS) return;
    this.#problem = ENDLESS;
    throw new Error(ENDLESS);
  };
}
