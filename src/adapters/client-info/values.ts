// What a proxy says of the first request besides the address: scheme, host and port, path prefix. Each comes out in one
// spelling that is safe in a URL, a header and HTML, or not at all.

import { type Authority, parseAuthority } from '../../wire/authority.ts';

/** The schemes there are; `ws` is `http`, and `wss` is `https`. */
export type Scheme = 'http' | 'https';

const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['http', 'http'],
  ['ws', 'http'],
  ['https', 'https'],
  ['wss', 'https'],
]);

/** Reads `http`, `https`, `ws` or `wss` in any case. */
export function readScheme(text: string): Scheme | undefined {
  return SCHEMES.get(text.toLowerCase());
}

export function defaultPort(scheme: Scheme): number {
  return scheme === 'https' ? 443 : 80;
}

/** 253 for the name (RFC 1035 section 3.1), one for a dot at its end, six for the port. */
const LONGEST_AUTHORITY = 260;

/**
 * Reads `host` or `host:port`. Stricter than the reg-name of RFC 3986: what `wire/authority` takes, and only where a
 * browser would read the same host (`0x7f` is an address there, and `xn--a` is nothing).
 */
export function readAuthority(text: string): Authority | undefined {
  const authority = text.length > LONGEST_AUTHORITY ? undefined : parseAuthority(text);
  if (authority === undefined || authority.host.startsWith('.')) return undefined;
  const url = `http://${authority.host}/`;
  if (!URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  const isSame = hostname === authority.host || authority.host.startsWith('[');
  return isSame ? { host: hostname, port: authority.port } : undefined;
}

/** Reads a port, 1 to 65535. */
export function readPort(text: string): number | undefined {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : undefined;
}

const LONGEST_PREFIX = 1024;
const PREFIX = /^(?:\/(?:[A-Za-z0-9._~!$&*+;=:@-]|%[0-9A-Fa-f]{2})+)*\/?$/;
const DOTS = /\/(?:\.|%2e){1,2}(?:\/|$)/i;

/** Reads a path prefix; it comes out without a slash at its end, '' for `/`. */
export function readPrefix(text: string): string | undefined {
  if (text.length > LONGEST_PREFIX || !PREFIX.test(text) || DOTS.test(text)) return undefined;
  return text.endsWith('/') ? text.slice(0, -1) : text;
}
