// ProxyRemote: other proxies that requests to backends go through. Owns which of them a request goes to, and in which
// order; speaking to them is mod_proxy_http's.

import { equalsIgnoreCase, lowerAscii, startsWithIgnoreCase } from '../../../kit/ascii.ts';
import type { Regex } from '../../../kit/regex/index.ts';
import type { Exchange } from '../../../request/exchange.ts';
import { type Origin, parseOrigin } from '../target.ts';

/** One ProxyRemote or ProxyRemoteMatch line. */
export interface RemoteProxy {
  /** Where it listens. */
  readonly origin: Origin;
  /** Value of the Proxy-Authorization field. */
  readonly credentials: string | undefined;
  /** Is it for a target of this URL and scheme? */
  readonly takes: (url: string, scheme: string) => boolean;
}

/** Which hosts are reached without a proxy (NoProxy): asked of the host that the client names. */
export type HostTest = (hostname: string) => boolean;

const PORTS: { readonly [scheme: string]: number } = { http: 80, https: 443, ftp: 21 };

/** The remote proxy of a URL `scheme://host[:port]`, or what Apache says of it. */
export function parseRemote(url: string): Origin | 'syntax' | 'port' {
  const found = /^([^:]*):\/\/(.+)$/s.exec(url);
  if (found === null) return 'syntax';
  const scheme = lowerAscii(found[1]!);
  const rest = found[2]!.replace(/\/$/, '');
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(rest) ?? [];
  const number = port === undefined ? (PORTS[scheme] ?? 0) : readPort(port);
  if (number === undefined) return 'port';
  // Whatever its scheme says, HTTP is spoken to it.
  return parseOrigin('http', `${lowerAscii(host)}:${number}`, undefined) ?? 'syntax';
}

function readPort(text: string): number | undefined {
  const digits = /^[0-9]{1,5}/.exec(text)?.[0];
  const port = digits === undefined ? Number.NaN : Number(digits);
  return port <= 65535 ? port : undefined;
}

/** What the first word of ProxyRemote stands for: everything, a scheme, or the beginning of a URL. */
export function matchRemote(word: string): RemoteProxy['takes'] {
  if (word === '*') return () => true;
  if (!word.includes(':')) return (_, scheme) => equalsIgnoreCase(scheme, word);
  return (url) => startsWithIgnoreCase(url, word);
}

export function matchRemoteByPattern(regex: Regex): RemoteProxy['takes'] {
  return (url) => regex.exec(url) !== null;
}

/** The proxies for a target, in the order of their lines; none where NoProxy names the host. */
export function remotesOf(
  x: Exchange,
  {
    remotes,
    directHosts,
  }: { readonly remotes: readonly RemoteProxy[]; readonly directHosts: readonly HostTest[] },
  url: string,
  scheme: string,
): readonly RemoteProxy[] {
  if (remotes.length === 0) return remotes;
  // Apache compares NoProxy with the host of the request, not with that of the target.
  if (x.hostname !== '' && directHosts.some((test) => test(x.hostname))) return [];
  return remotes.filter((remote) => remote.takes(url, scheme));
}
