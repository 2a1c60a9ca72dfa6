// Conditional requests against the answer at hand (RFC 9110 section 13), for every handler that set validators.

import { evaluateConditions } from '../wire/conditions.ts';
import { parseHttpDate } from '../wire/http-date.ts';
import type { Exchange } from './exchange.ts';

/** Fields that ask for a condition to be looked at. */
const CONDITIONAL: readonly string[] = [
  'if-none-match',
  'if-modified-since',
  'if-match',
  'if-unmodified-since',
];

/**
 * Holds ETag and Last-Modified of `headersOut` against the request: `proceed`, or the status that answers it. An error
 * document is not what the client has a copy of.
 */
export function meetsConditions(x: Exchange): 'proceed' | 304 | 412 {
  // What is made of it on its way out is not what the client has a copy of.
  if (x.note('no-local-copy') !== undefined) return 'proceed';
  if (x.status < 200 || x.status > 299 || !CONDITIONAL.some((name) => x.headers.has(name))) return 'proceed';
  const modified = x.headersOut.get('last-modified');
  return evaluateConditions(x.headOnly ? 'HEAD' : x.method, x.headers, {
    etag: x.headersOut.get('etag'),
    lastModified: modified === undefined ? undefined : parseHttpDate(modified),
    requestTime: x.startedAt,
  });
}
