// Input filters of a request: which its body goes through on the way to a handler, in Apache's order.

import { lowerAscii } from '../kit/ascii.ts';
import type { Exchange, InputFilter } from './exchange.ts';
import { logEvent } from './log.ts';
import { filterNames } from './output-filters.ts';

/** Adds filters by the names that SetInputFilter has. */
export function addInputFilters(x: Exchange, names: string): void {
  for (const name of filterNames(names)) {
    const filter = x.site.inputFilters.get(lowerAscii(name));
    if (filter === undefined)
      logEvent(x, 'core', 'error', `AH00082: an unknown filter was not added: ${name}`);
    else addInputFilter(x, filter);
  }
}

/** Behind those of its type and lower ones: nearer to the client. */
function addInputFilter(x: Exchange, filter: InputFilter): void {
  x.inputFilters ??= [];
  let at = x.inputFilters.length;
  while (at > 0 && x.inputFilters[at - 1]!.type > filter.type) at--;
  x.inputFilters.splice(at, 0, filter);
}

/** Lets the body of the request go through its filters; the one nearest to the client first. */
export function runInputFilters(x: Exchange): void {
  const filters = x.inputFilters;
  if (filters === undefined || x.body === undefined || x.errorStatus !== 0) return;
  x.inputFilters = undefined;
  for (const filter of filters.toReversed()) filter.apply(x);
}
