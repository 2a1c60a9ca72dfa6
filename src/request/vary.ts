// The Vary field: which request headers this answer depended on (RFC 9110 section 12.5.5).

import type { Exchange } from './exchange.ts';

/** Adds a request header's name to Vary, once. Host is part of the URL and never named. */
export function addVary(x: Exchange, name: string): void {
  const lower = name.toLowerCase();
  if (lower === 'host') return;
  const present = x.headersOut.get('vary');
  if (present === undefined) x.headersOut.set('Vary', name);
  else if (!present.split(',').some((entry) => entry.trim().toLowerCase() === lower)) {
    x.headersOut.set('Vary', `${present},${name}`);
  }
}
