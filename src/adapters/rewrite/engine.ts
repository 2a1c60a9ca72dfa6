// The compiled rules as callers have them: asked about a request, they run it round by round to its end.

import type { Diagnostic } from '../../kit/diagnostic.ts';
import { type Soon, settle, type Waiting } from '../../kit/wait.ts';
import { Attempt } from './attempt.ts';
import type { Ending } from './carry-out.ts';
import { conclude, concludeLoop } from './conclude.ts';
import { Journey } from './journey.ts';
import { lookUps } from './look-up.ts';
import { mapRequest } from './map-request.ts';
import type { Program } from './program.ts';
import { Client, type EvaluatedRequest } from './request.ts';
import type { RewriteResult } from './result.ts';

/** How a request is looked at. */
export interface EvaluateOptions {
  /** Tell the steps: all of them, or up to a level of Apache's `LogLevel rewrite:traceN`. A trace costs time. */
  readonly trace?: boolean | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | undefined;
}

/** The level above Apache's own, at which the engine also tells of rules that did not match. */
const EVERYTHING = 9;

/** Rules, ready for requests. It never changes; requests do not know of each other. */
export interface RewriteEngine {
  /** What was said about the texts that is no error. */
  readonly diagnostics: readonly Diagnostic[];
  /**
   * What becomes of a request; a URL or a path alone is a GET for it. Never throws on what a request says. Throws TypeError where a map or a file has answered
   * with a promise: that is what `evaluateAsync` is for.
   */
  evaluate(request: EvaluatedRequest | string, options?: EvaluateOptions): RewriteResult;
  /** The same where maps or files answer with promises. Rejects with what they reject with. */
  evaluateAsync(request: EvaluatedRequest | string, options?: EvaluateOptions): Promise<RewriteResult>;
}

/** See RewriteEngine. */
export class CompiledRules implements RewriteEngine {
  readonly #program: Program;
  readonly diagnostics: readonly Diagnostic[];

  constructor(program: Program, diagnostics: readonly Diagnostic[]) {
    this.#program = program;
    this.diagnostics = diagnostics;
  }

  evaluate(request: EvaluatedRequest | string, options?: EvaluateOptions): RewriteResult {
    const result = this.#run(request, options);
    if (!(result instanceof Promise)) return result;
    result.catch(() => undefined);
    throw new TypeError('evaluate: a map or a file has answered with a promise; use evaluateAsync');
  }

  async evaluateAsync(request: EvaluatedRequest | string, options?: EvaluateOptions): Promise<RewriteResult> {
    return this.#run(request, options);
  }

  #run(request: EvaluatedRequest | string, { trace = false }: EvaluateOptions = {}): Soon<RewriteResult> {
    const level = trace === true ? EVERYTHING : Number(trace);
    const client = new Client(typeof request === 'string' ? { url: request } : request);
    return settle(runRounds(new Journey(this.#program, client, level)));
  }
}

function* runRounds(journey: Journey): Waiting<RewriteResult> {
  const { rawPath, args } = journey.client;
  let x = new Attempt(journey, rawPath, args);
  for (;;) {
    const ending = yield* mapRequest(x, lookUps);
    if (ending !== undefined || x.lead?.kind !== 'round') return conclude(x, ending);
    if (x.handler !== undefined) return conclude(x, refuseRound(x));
    if (x.redirects >= journey.program.mostRounds) return concludeLoop(x);
    x = Attempt.after(x, x.lead.target);
  }
}

/**
 * Apache: [H] takes the place of what would carry the rewrite out, and no handler finds a file of that name; where the
 * request had one, it is one that cannot be opened.
 */
function refuseRound({ journey, filename, handler, facts }: Attempt): Ending {
  journey.log.push(
    `handler "${handler}" is asked for ${filename}: [H] in a folder leaves no internal redirect`,
  );
  return { kind: 'status', status: facts?.type === 'file' ? 403 : 404 };
}
