// The server's own name, port and scheme as a client sees them, for URLs that point back here
// (UseCanonicalName, UseCanonicalPhysicalPort; Apache core manual).

import { coreDir, coreServer } from './core-config.ts';
import type { Exchange } from './exchange.ts';

/** `http` or `https`: what ServerName says, else the connection. */
export function schemeOf(x: Exchange): string {
  return coreServer(x.server).serverScheme ?? (x.transport.secure ? 'https' : 'http');
}

export function defaultPort(scheme: string): number {
  return scheme === 'https' ? 443 : 80;
}

/** The server's name: the client's Host, or with UseCanonicalName On (or without a Host) ServerName. */
export function serverName(x: Exchange): string {
  const canonical =
    coreServer(x.server).serverName ?? coreServer(x.site.main).serverName ?? x.transport.localAddress;
  if (coreDir(x.dirConfig).useCanonicalName === 'on') return canonical;
  return x.hostname === '' ? canonical : x.hostname;
}

/** The port that goes with `serverName`. */
export function serverPort(x: Exchange): number {
  const core = coreDir(x.dirConfig);
  const named = coreServer(x.server).serverPort;
  const physical = core.useCanonicalPhysicalPort === true ? x.transport.localPort : undefined;
  const fallback = named || physical || defaultPort(schemeOf(x));
  if (core.useCanonicalName === 'on') return fallback;
  return x.hostPort ?? physical ?? fallback;
}

/** `scheme://name[:port]`, the port only when it is not the scheme's default. */
export function selfOrigin(x: Exchange): string {
  const scheme = schemeOf(x);
  const port = serverPort(x);
  const name = serverName(x);
  const host = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  return port === defaultPort(scheme) ? `${scheme}://${host}` : `${scheme}://${host}:${port}`;
}
