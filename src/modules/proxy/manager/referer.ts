// Whether a request comes from a page of this server. Forms of other sites carry another Referer, or none.

import type { Exchange } from '../../../request/exchange.ts';
import { serverName } from '../../../request/self-url.ts';

const HOST = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)/;

/** Apache: the host of the Referer is the one that the request is for; the port may be another. */
export function isFromHere(x: Exchange): boolean {
  const host = HOST.exec(x.headers.get('referer') ?? '')?.[1] ?? '';
  return host !== '' && plain(host) === plain(serverName(x));
}

function plain(host: string): string {
  return host.replace(/^\[|\]$/g, '').toLowerCase();
}
