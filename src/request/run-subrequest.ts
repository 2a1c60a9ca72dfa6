// Running a subrequest whose answer becomes a part of another one: its handler and its filters, but nothing of its head.

import { guard, type Soon } from '../kit/wait.ts';
import { runHandler } from './answer.ts';
import type { Exchange, ResponseBody } from './exchange.ts';
import { logException } from './log.ts';
import { runPhase } from './run-phase.ts';
import { DECLINED, DONE, OK, type Verdict } from './verdict.ts';

/** The body of the answer, or the status that says why there is none. */
export type SubAnswer = { readonly body: ResponseBody } | { readonly status: number };

function guarded(x: Exchange, step: () => Soon<Verdict>): Soon<Verdict> {
  return guard(step, (error) => {
    logException(x, 'core', error);
    return 500;
  });
}

function isFine(verdict: Verdict): boolean {
  return verdict === OK || verdict === DONE || verdict === DECLINED;
}

/** Answers a mapped subrequest (its status is 200). Never fails. */
export async function runSubrequest(sub: Exchange): Promise<SubAnswer> {
  const handled = await guarded(sub, () => runHandler(sub));
  if (!isFine(handled)) return { status: handled };
  const last = sub.last();
  const filtered = await guarded(last, () => runPhase(last, 'insertFilter'));
  return isFine(filtered) ? { body: last.responseBody } : { status: filtered };
}
