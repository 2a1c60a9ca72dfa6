// A web Request (fetch API). It does not know who has sent it: the caller says so, and where nobody does, nothing that
// it says of a way through proxies counts.

import type { Asked } from './asked.ts';
import { type Party, partyOf, UNIX_SOCKET } from './node-identifier.ts';

/** What is looked at of a Request. */
export interface WebRequest {
  /** The absolute URL; scheme and host are taken from it. */
  readonly url: string;
  /** The fields. */
  readonly headers: { get(name: string): string | null };
}

/** The other end of the connection: its address, or `unix`. */
export type WebPeer = string | { readonly address?: string | undefined; readonly port?: number | undefined };

export function isWebRequest(request: object): request is WebRequest {
  const { headers, url } = request as { headers?: { get?: unknown }; url?: unknown };
  return typeof headers?.get === 'function' && typeof url === 'string';
}

export function askedOfWeb(request: WebRequest, peer: WebPeer | undefined): Asked {
  const { headers, url } = request;
  const target = URL.canParse(url) ? new URL(url) : undefined;
  return {
    peer: readPeer(peer),
    scheme: target?.protocol === 'https:' ? 'https' : 'http',
    host: target?.host,
    field: (name) => headers.get(name) ?? undefined,
  };
}

function readPeer(peer: WebPeer | undefined): Party {
  if (peer === 'unix') return UNIX_SOCKET;
  return typeof peer === 'object' ? partyOf(peer.address, peer.port) : partyOf(peer);
}
