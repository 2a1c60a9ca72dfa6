// ProxyDomain: a client that asks a proxied URL of a host without a domain, in absolute form, is sent to the same host
// with one.

import type { Exchange } from '../../../request/exchange.ts';
import { logEvent } from '../../../request/log.ts';
import type { Verdict } from '../../../request/verdict.ts';

const ABSOLUTE = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#@]*@)?)([^/?#:@[\]]+)(.*)$/s;

/** A redirect to the host with the domain behind it; undefined when the request names no such host. */
export function redirectToDomain(x: Exchange, domain: string): Verdict | undefined {
  if (x.method !== 'GET' && x.method !== 'HEAD') return undefined;
  const found = ABSOLUTE.exec(x.target);
  if (found === null) return undefined;
  const [, before = '', host = '', rest = ''] = found;
  if (host.includes('.') || host.toLowerCase() === 'localhost') return undefined;
  const location = `${before}${host}${domain}${rest}`;
  x.headersOut.set('Location', location);
  logEvent(x, 'proxy', 'info', `AH01138: Domain missing: ${x.uri} sent to ${location}`);
  return 301;
}
