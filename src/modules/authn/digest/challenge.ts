// The challenge of a 401 (RFC 2617 section 3.2.1): realm, a fresh nonce, and the number of a client that is counted.

import type { Exchange } from '../../../request/exchange.ts';
import type { DigestDir } from './config.ts';
import { makeNonce } from './nonce.ts';
import { clientsOf, type DigestState } from './state.ts';

/** Must the server remember what a client has used? */
export function remembersClients({ checksCount, lifetime }: DigestDir): boolean {
  return checksCount || lifetime === 0;
}

/** A nonce for this request's client; with a lifetime of 0 for one request. */
export function freshNonce(x: Exchange, dir: DigestDir, realm: string, opaque: string): string {
  const time = dir.lifetime === 0 ? clientsOf(x.site).nextNonce() : Math.round(x.startedAt * 1000);
  return makeNonce(time, realm, opaque);
}

/** The number that the client is to give back; a client that nobody knows gets a new one. */
function opaqueFor(x: Exchange, dir: DigestDir, state: DigestState): { opaque: string; isNew: boolean } {
  if (state.opaque !== undefined && state.client !== undefined) return { opaque: state.opaque, isNew: false };
  if (state.opaque === undefined && !remembersClients(dir)) return { opaque: '', isNew: false };
  state.client = clientsOf(x.site).add();
  return { opaque: state.client.number.toString(16), isNew: state.opaque !== undefined };
}

/** `isStale`: only the nonce was wrong, and the client need not ask its user again. */
export function challengeDigest(
  x: Exchange,
  dir: DigestDir,
  state: DigestState,
  { realm, isStale }: { readonly realm: string; readonly isStale: boolean },
): void {
  const { opaque, isNew } = opaqueFor(x, dir, state);
  const challenge = [
    `Digest realm="${realm}", nonce="${freshNonce(x, dir, realm, opaque)}", algorithm=MD5`,
    opaque === '' ? '' : `, opaque="${opaque}"`,
    dir.domain.length === 0 || x.proxied ? '' : `, domain="${dir.domain.join(' ')}"`,
    isStale || isNew ? ', stale=true' : '',
    ', qop="auth"',
  ].join('');
  const before = x.errHeadersOut.combined('www-authenticate');
  x.errHeadersOut.set('WWW-Authenticate', before === undefined ? challenge : `${before}, ${challenge}`);
}
