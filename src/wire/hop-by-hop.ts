// Header fields that belong to one connection (RFC 9110 section 7.6.1) and never travel on.

import { equalsIgnoreCase } from '../kit/ascii.ts';
import { listElements } from './connection-tokens.ts';
import type { HeaderList } from './header-list.ts';

const REQUEST_FIELDS = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'transfer-encoding',
  'content-length',
];

const RESPONSE_FIELDS = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'te',
  'trailer',
  'upgrade',
  'transfer-encoding',
];

const NOTHING: readonly string[] = [];

/**
 * Drops what must not reach a backend: the hop-by-hop fields, every field that Connection nominates, and
 * Content-Length, which is written anew with the body's framing. `kept` are names in lower case that a nomination
 * cannot touch: fields the server itself has set, which a client could otherwise nominate away.
 */
export function dropRequestHopByHop(headers: HeaderList, kept: readonly string[] = NOTHING): void {
  dropFields(headers, REQUEST_FIELDS, kept);
}

/** Drops what must not travel from a backend to the client: the hop-by-hop fields and what Connection nominates. */
export function dropResponseHopByHop(headers: HeaderList): void {
  dropFields(headers, RESPONSE_FIELDS, NOTHING);
}

function dropFields(headers: HeaderList, fixed: readonly string[], kept: readonly string[]): void {
  const nominated = nominatedFields(headers.combined('connection'), kept);
  const { flat } = headers;
  let to = 0;
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!;
    if (includesName(fixed, name) || (nominated.length > 0 && includesName(nominated, name))) continue;
    flat[to++] = name;
    flat[to++] = flat[i + 1]!;
  }
  flat.length = to;
}

function nominatedFields(connection: string | undefined, kept: readonly string[]): readonly string[] {
  if (connection === undefined) return NOTHING;
  if (equalsIgnoreCase(connection, 'keep-alive') || equalsIgnoreCase(connection, 'close')) return NOTHING;
  return listElements(connection).filter((name) => !includesName(kept, name));
}

function includesName(names: readonly string[], name: string): boolean {
  for (let i = 0; i < names.length; i++) {
    const candidate = names[i]!;
    if (candidate.length === name.length && equalsIgnoreCase(candidate, name)) return true;
  }
  return false;
}
