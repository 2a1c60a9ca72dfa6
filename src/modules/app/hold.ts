// Getting a process for a request: at once where one is ready, else by waiting as long as the kind of the request is
// good for. Owns the waiting and its ends; the queue and the processes are the server's.

import type { AppLease, AppRefusal } from '../../request/apps.ts';
import type { Exchange } from '../../request/exchange.ts';
import { andThen, type Soon } from '../../kit/wait.ts';
import type { Verdict } from '../../request/verdict.ts';
import { answerPage, refuse } from './answers.ts';
import type { AppEntry } from './config.ts';
import { isPageRequest } from './kind.ts';

/**
 * How long a browser's page request waits before it gets the waiting page, milliseconds: applications that start quickly
 * are shown at once, and nobody looks at an empty window for longer.
 */
const GRACE_MS = 1000;

/** A process for the request, the answer that takes its place, or that the client has gone. */
export type Held = AppLease | Verdict | 'client-gone';

/** Asks for a process. `since`: when the request began to wait, for one that asks again. */
export function hold(x: Exchange, entry: AppEntry, since: number): Soon<Held> {
  const { apps } = x.site;
  const { name } = entry.spec;
  if (apps === undefined) {
    return refuse(x, { kind: 'refusal', cause: 'gone', why: `no server is there to start app ${name}`, retryAfter: 60 });
  }
  const isPage = entry.waitingPage.kind !== 'off' && x.errorStatus === 0 && isPageRequest(x);
  const answered = (outcome: AppLease | AppRefusal): Held => {
    if (outcome.kind === 'lease') return outcome;
    return isPage && outcome.cause !== 'gone' ? answerPage(x, entry, outcome, apps) : refuse(x, outcome);
  };
  const asked = apps.acquire(name, patience(x, entry, isPage, since));
  if (asked.kind !== 'wait') return answered(asked);
  let isGone = false;
  const takeBack = x.transport.onClientGone(() => {
    isGone = true;
    asked.cancel();
  });
  return andThen(asked.result, (outcome): Held => {
    takeBack();
    if (!isGone) return answered(outcome);
    if (outcome.kind === 'lease') outcome.release();
    return 'client-gone';
  });
}

/** Milliseconds that the request may wait. */
function patience(x: Exchange, { spec }: AppEntry, isPage: boolean, since: number): number {
  // The page for an error is wanted now, and must not wait for what has just failed.
  if (x.errorStatus !== 0) return 0;
  const most = isPage ? Math.min(spec.hold, GRACE_MS) : spec.hold;
  return Math.max(0, most - (x.site.io.now() - since));
}
