// One client request on its way: what all of its rounds and look-ahead requests have in common.

import type { Program } from './program.ts';
import type { Client } from './request.ts';
import type { RewriteAppliedRule } from './result.ts';
import type { TraceStep } from './trace.ts';

/** Look-ahead requests that look-ahead requests may begin altogether: three that each ask twice are a million soon. */
const MOST_NESTED = 1000;

export class Journey {
  readonly program: Program;
  readonly client: Client;
  /** The highest trace level that is wanted; 0 for none. */
  readonly traceLevel: number;
  readonly steps: TraceStep[] = [];
  readonly applied: RewriteAppliedRule[] = [];
  readonly log: string[] = [];
  /** Set-Cookie values by the name of their cookie. */
  readonly cookies: Map<string, string> = new Map();
  #nested = 0;

  constructor(program: Program, client: Client, traceLevel: number) {
    this.program = program;
    this.client = client;
    this.traceLevel = traceLevel;
  }

  /** Counts a look-ahead request of a look-ahead request; false when there are too many. */
  mayNest(): boolean {
    this.#nested += 1;
    if (this.#nested === MOST_NESTED + 1)
      this.log.push(`More than ${MOST_NESTED} look-ahead requests inside others: rules ask about each other`);
    return this.#nested <= MOST_NESTED;
  }
}
