// How this proxy names itself in Via fields, and the server's own name and port in front of a backend.

import { coreServer } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { defaultPort, schemeOf, serverName, serverPort } from '../../request/self-url.ts';
import { serverSoftware } from '../../request/software.ts';

/** ServerName of the virtual host that answers: what X-Forwarded-Server says. */
export function ownName(x: Exchange): string {
  return coreServer(x.server).serverName ?? coreServer(x.site.main).serverName ?? x.transport.localAddress;
}

/** `1.1 name[:port]`, with this software's name for `full`. */
export function viaValue(x: Exchange, mode: 'on' | 'full'): string {
  const name = serverName(x);
  // Under UseCanonicalName Off that is the client's Host, which says nothing about this proxy.
  const shown = name === x.hostname ? ownName(x) : name;
  const port = serverPort(x);
  const suffix = port === defaultPort(schemeOf(x)) ? '' : `:${port}`;
  const value = `${Math.floor(x.protocol / 1000)}.${x.protocol % 1000} ${shown}${suffix}`;
  return mode === 'full' ? `${value} (${serverSoftware(x.site)})` : value;
}
