// URLs of this very server, written out in a substitution, are reduced to their path and served here.

import { equalsIgnoreCase, startsWithIgnoreCase } from '../kit/ascii.ts';
import type { ServerIdentity } from './host.ts';

/** The path of `url` when it names this server, or undefined. */
export function reduceToPath(url: string, server: ServerIdentity): string | undefined {
  const prefix = `${server.scheme}://`;
  if (!startsWithIgnoreCase(url, prefix)) return undefined;
  const slash = url.indexOf('/', prefix.length);
  const authority = slash < 0 ? url.slice(prefix.length) : url.slice(prefix.length, slash);
  const colon = authority.lastIndexOf(':');
  const hasPort = colon > authority.lastIndexOf(']') && /^[0-9]+$/.test(authority.slice(colon + 1));
  const host = hasPort ? authority.slice(0, colon) : authority;
  const port = hasPort ? Number(authority.slice(colon + 1)) : defaultPort(server.scheme);
  if (!isThisServer(host, port, server)) return undefined;
  return slash < 0 ? '/' : url.slice(slash);
}

function isThisServer(host: string, port: number, server: ServerIdentity): boolean {
  for (const address of server.addresses)
    if (equalsIgnoreCase(address.host, host) && (address.port === 0 || address.port === port)) return true;
  return server.configuredPort === port && server.hasName(host);
}

/** The port a scheme means when none is written. */
export function defaultPort(scheme: string): number {
  return scheme === 'https' ? 443 : 80;
}

/** Puts `scheme://name[:port]/` before a result that is not absolute. */
export function qualify(path: string, server: ServerIdentity): string {
  const port = server.port === defaultPort(server.scheme) ? '' : `:${server.port}`;
  return `${server.scheme}://${server.name}${port}${path.startsWith('/') ? '' : '/'}${path}`;
}
