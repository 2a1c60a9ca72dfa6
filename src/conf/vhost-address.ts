// The addresses of a <VirtualHost> line.

import type { VhostAddress } from './server.ts';

/** An address, or what is wrong with it. `name`: a host name that would have to be looked up. */
export type ParsedAddress =
  | { readonly address: VhostAddress }
  | { readonly name: string; readonly port: number }
  | { readonly error: string };

/** Reads `*`, `*:80`, `_default_:443`, `192.0.2.1:80`, `[2001:db8::1]:80` or `name:80`; without a port any port counts. */
export function parseVhostAddress(text: string): ParsedAddress {
  if (/^\d+$/.test(text)) return { error: 'Missing address for VirtualHost' };
  const split = splitPort(text);
  if (split === undefined) return { error: 'The address or port is invalid' };
  const { host, port } = split;
  if (host === '*' || host.toLowerCase() === '_default_' || isIpv4(host))
    return { address: { host, port, text } };
  if (host.startsWith('[')) {
    const inside = host.slice(1, -1);
    return isIpv6(inside)
      ? { address: { host: inside, port, text } }
      : { error: 'The address or port is invalid' };
  }
  return { name: host, port };
}

function splitPort(text: string): { host: string; port: number } | undefined {
  const match = /^(\[[^\]]*\]|.*?)(?::(\d+|\*))?$/s.exec(text)!;
  const host = match[1]!;
  const port = match[2] === undefined || match[2] === '*' ? 0 : Number(match[2]);
  const named = match[2] !== undefined && match[2] !== '*';
  if (host === '' || port > 65535 || (named && port === 0)) return undefined;
  return { host, port };
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

/** True for an IPv6 address as RFC 4291 section 2.2 writes it, with a zone or without. */
export function isIpv6(text: string): boolean {
  const address = text.replace(/%[\w.-]+$/, '');
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const counts = halves.map((half, index) => countGroups(half, index === halves.length - 1));
  if (counts.some((count) => count < 0)) return false;
  const groups = counts.reduce((sum, count) => sum + count, 0);
  return halves.length === 2 ? groups < 8 : groups === 8;
}

/** The number of 16-bit groups in `a:b:c`, -1 when one is none; only the last may be an IPv4 address. */
function countGroups(text: string, mayEndInIpv4: boolean): number {
  if (text === '') return 0;
  const parts = text.split(':');
  const last = parts.at(-1)!;
  const ipv4 = mayEndInIpv4 && last.includes('.');
  if (ipv4 && !isIpv4(last)) return -1;
  const groups = ipv4 ? parts.slice(0, -1) : parts;
  if (!groups.every((part) => /^[0-9a-f]{1,4}$/i.test(part))) return -1;
  return groups.length + (ipv4 ? 2 : 0);
}
