// The header block of a FastCGI application's output → the exchange's answer, by Apache's rules for scripts behind a
// proxy: Location is a field like others, and the length is whatever is sent.

import { meetsConditions } from '../../../request/conditions.ts';
import type { Exchange } from '../../../request/exchange.ts';
import type { CgiHead } from '../../../wire/cgi-response.ts';
import { parseDecimal } from '../../../wire/decimal.ts';
import type { ProxyDirConfig } from '../config.ts';

/** What an answer is made of: the output behind the head, nothing, or the page of a status. */
export type AnswerKind = 'body' | 'empty' | { readonly page: number };

/** Fields of the answer alone; all others stay when an error page takes its place (Apache's err_headers_out). */
const OF_THE_BODY: ReadonlySet<string> = new Set(['etag', 'content-range', 'last-modified']);

/** Fields that belong to the connection, which is ours. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set(['connection', 'keep-alive']);

function takeFields(x: Exchange, head: CgiHead): void {
  for (const [name, value] of head.headers) {
    const lower = name.toLowerCase();
    if (lower === 'content-type') x.contentType = lowerType(value);
    else if (lower === 'set-cookie') x.errHeadersOut.append(name, value);
    else if (OF_THE_BODY.has(lower)) x.headersOut.set(name, value);
    else if (!OF_THE_CONNECTION.has(lower)) x.errHeadersOut.merge(name, value);
  }
  if (head.location !== undefined) x.headersOut.set('Location', head.location);
}

/** The type's name in lower case, its parameters as they are, as Apache writes it. */
function lowerType(value: string): string {
  const end = value.indexOf(';');
  const type = value.trimEnd();
  return end < 0 ? type.toLowerCase() : type.slice(0, end).toLowerCase() + type.slice(end);
}

/** A length that the configuration trusts (`ap_trust_cgilike_cl`). */
function trustedLength(x: Exchange, head: CgiHead): number | undefined {
  if (head.contentLength === undefined || !x.env.has('ap_trust_cgilike_cl')) return undefined;
  return parseDecimal(head.contentLength);
}

/** Apache: only an answer to a request of its own, not an error document, is replaced. */
function isOverridden(x: Exchange, { errorOverride }: ProxyDirConfig): boolean {
  if (errorOverride?.on !== true || x.prev !== undefined) return false;
  return errorOverride.codes.size === 0
    ? x.status >= 400 && x.status < 600
    : errorOverride.codes.has(x.status);
}

/** Makes the exchange's answer of a head, and says what else belongs to it. */
export function takeHead(x: Exchange, head: CgiHead, dir: ProxyDirConfig): AnswerKind {
  takeFields(x, head);
  if (head.status !== undefined) {
    x.status = head.status;
    x.reason = head.reason;
  }
  if (head.status === undefined && (x.method === 'GET' || x.headOnly)) {
    const verdict = meetsConditions(x);
    if (verdict === 304) return { page: 304 };
    if (verdict === 412) {
      x.status = 412;
      return 'empty';
    }
  }
  if (isOverridden(x, dir)) {
    const page = x.status;
    x.status = 200;
    return { page };
  }
  x.contentLength = trustedLength(x, head);
  return 'body';
}
