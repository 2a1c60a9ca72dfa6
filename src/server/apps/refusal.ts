// Why a request gets no process, in words for the log, and when it is worth to ask again.

import type { AppRefusal, AppRefusalCause } from '../../request/apps.ts';

const WORDS: { readonly [cause in AppRefusalCause]: string } = {
  'not-ready': 'is not ready',
  'queue-full': 'is not ready, and as many requests as may wait do so',
  failed: 'is given up',
  stopped: 'is stopped',
  gone: 'is gone',
  cancelled: 'is not waited for',
};

/** `failure`: of its last process; `wait`: milliseconds until a request may find it ready. */
export function refuse(
  app: string,
  cause: AppRefusalCause,
  { failure, wait }: { readonly failure: string | undefined; readonly wait: number },
): AppRefusal {
  const because = failure === undefined ? '' : `: it ${failure}`;
  const retryAfter = Math.max(1, Math.ceil(wait / 1000));
  return { kind: 'refusal', cause, why: `app ${app} ${WORDS[cause]}${because}`, retryAfter };
}
