// How far a request may lead to others: internal redirects and subrequests, as LimitInternalRecursion says.

import { coreServer } from './core-config.ts';
import type { Exchange } from './exchange.ts';
import { logEvent } from './log.ts';

/** Apache's defaults for both. */
const DEFAULT_DEPTH = 10;

/**
 * Subrequests that subrequests of one client request may begin altogether. The depth alone does not bound them: three
 * that each ask twice are a million ten levels down.
 */
const MOST_NESTED = 1000;

/** By the first exchange of a client request: how many nested subrequests there were. */
const nested: WeakMap<Exchange, number> = new WeakMap();

/** True, and logged, where the exchange stands so deep that it may lead to no other. */
export function isRecursionExceeded(x: Exchange): boolean {
  if (x.prev === undefined && x.main === undefined) return false;
  const core = coreServer(x.server);
  const mostRedirects = core.redirectLimit ?? DEFAULT_DEPTH;
  const mostSubrequests = core.subrequestLimit ?? DEFAULT_DEPTH;
  let redirects = 0;
  let subrequests = 0;
  for (let at: Exchange | undefined = x; at !== undefined; at = at.prev ?? at.main) {
    if (at.prev !== undefined) redirects++;
    else if (at.main !== undefined) subrequests++;
    if (redirects >= mostRedirects) return refuse(x, 'AH00124', `${mostRedirects} internal redirects`);
    if (subrequests >= mostSubrequests)
      return refuse(x, 'AH00125', `${mostSubrequests} subrequest nesting levels`);
  }
  return false;
}

function refuse(x: Exchange, code: string, limit: string): true {
  logEvent(
    x,
    'core',
    'error',
    `${code}: Request exceeded the limit of ${limit} due to probable configuration error. Use ` +
      "'LimitInternalRecursion' to increase the limit if necessary. Use 'LogLevel debug' to get a backtrace.",
  );
  return true;
}

/** May this exchange begin a subrequest? Counts it where it is one of a subrequest. */
export function maySubrequest(x: Exchange): boolean {
  if (isRecursionExceeded(x)) return false;
  if (x.main === undefined) return true;
  const first = firstOf(x);
  const count = (nested.get(first) ?? 0) + 1;
  nested.set(first, count);
  if (count <= MOST_NESTED) return true;
  if (count === MOST_NESTED + 1)
    logEvent(
      x,
      'core',
      'error',
      `More than ${MOST_NESTED} subrequests of subrequests: rules or index names ask about each other`,
    );
  return false;
}

function firstOf(x: Exchange): Exchange {
  let at = x;
  for (let next: Exchange | undefined = x; next !== undefined; next = at.main ?? at.prev) at = next;
  return at;
}
