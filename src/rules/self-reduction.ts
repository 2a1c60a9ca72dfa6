// URLs of this very server, written out in a substitution, are reduced to their path and served here.

import { equalsIgnoreCase, startsWithIgnoreCase } from '../kit/ascii.ts';
import type { ServerIdentity } from './host.ts';

/** The path of `url` when it names this server, or undefined. */
export function reduceToPath(url: string, server: ServerIdentity): string | undefined {
  const prefix = `${server.scheme}://`;
  if (!startsWithIgnoreCase(url, prefix)) return undefined;
  const slash = url.indexOf('/', prefix.length);
  const authority = slash < 0 ? url.slice(prefix.length) : url.slice(prefix.length, slash);
  const colon = authority.indexOf(':');
  const host = colon < 0 ? authority : authority.slice(0, colon);
  const port = colon < 0 ? defaultPort(server.scheme) : readPort(authority.slice(colon + 1));
  if (!isThisServer(host, port, server)) return undefined;
  return slash < 0 ? '/' : url.slice(slash);
}

// Apache reads the digits in front, and takes what has none for 0.
function readPort(text: string): number {
  return Number.parseInt(/^[0-9]+/.exec(text)?.[0] ?? '0', 10);
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

/** `scheme://name[:port]` as the server's own URLs begin. */
export function originOf(server: ServerIdentity): string {
  const port = server.port === defaultPort(server.scheme) ? '' : `:${server.port}`;
  return `${server.scheme}://${server.name}${port}`;
}

/** Puts the origin before a result that is not absolute. */
export function qualify(path: string, server: ServerIdentity): string {
  return `${originOf(server)}${path.startsWith('/') ? '' : '/'}${path}`;
}
