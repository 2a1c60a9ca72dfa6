// Header fields that belong to one connection (RFC 9110 section 7.6.1) and never travel on.

import { listElements } from './connection-tokens.ts';
import type { HeaderList } from './header-list.ts';

/** What must not reach a backend, in lower case: also Content-Length, which is written anew with the body's framing. */
export const REQUEST_HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'transfer-encoding',
  'content-length',
]);

/** What must not travel from a backend to the client, in lower case. */
export const RESPONSE_HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'te',
  'trailer',
  'upgrade',
  'transfer-encoding',
]);

/** The names, in lower case, that the message's own Connection field adds; undefined in the usual case of none. */
export function nominatedFields(headers: HeaderList): readonly string[] | undefined {
  const connection = headers.combined('connection');
  if (connection === undefined) return undefined;
  const lower = connection.toLowerCase();
  if (lower === 'close' || lower === 'keep-alive') return undefined;
  return listElements(lower);
}
