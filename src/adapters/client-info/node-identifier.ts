// Who stands on the way of a request, as proxies write it: a node identifier of RFC 7239 section 6, and the looser
// spellings of X-Forwarded-For. Addresses come out in one spelling each, so that they can be compared as text.

import ipaddr from 'ipaddr.js';
import { parseIpv4 } from '../../kit/ip-range.ts';
import { isIpv6 } from '../../wire/authority.ts';

/** The client or a proxy, as far as it is known. */
export interface Party {
  /** IPv4 in four decimal parts (IPv4 in IPv6 form, too) or IPv6 as RFC 5952 writes it; undefined where nobody said one. */
  readonly address: string | undefined;
  /** The port it speaks from, where somebody said one. */
  readonly port: number | undefined;
  /** The address, or else `unix` (a socket of this machine), `unknown`, or a made-up name that begins with `_`. */
  readonly name: string;
}

export const UNKNOWN: Party = Object.freeze({ address: undefined, port: undefined, name: 'unknown' });
export const UNIX_SOCKET: Party = Object.freeze({ address: undefined, port: undefined, name: 'unix' });

const NODE = /^(\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z._-]{1,255})(?::([0-9]{1,5}|_[0-9A-Za-z._-]{1,255}))?$/;
const HIGHEST_PORT = 65535;

/** Reads the value of `for`: IPv4, `[IPv6]`, `unknown` or `_name`, with or without a port. Undefined for all else. */
export function readNode(text: string): Party | undefined {
  const [, name, port] = NODE.exec(text) ?? [];
  if (name === undefined || Number(port) > HIGHEST_PORT) return undefined;
  if (/^unknown$/i.test(name)) return UNKNOWN;
  if (/^_./.test(name)) return Object.freeze({ address: undefined, port: portNumber(port), name });
  const address = name.startsWith('[') ? canonicalIpv6(name.slice(1, -1)) : canonicalIpv4(name);
  return address === undefined ? undefined : partyAt(address, portNumber(port));
}

/** Reads an element of X-Forwarded-For: what `readNode` reads, IPv6 without brackets, and nginx's `unix:`. */
export function readForwardedFor(text: string): Party | undefined {
  if (text === 'unix:') return UNIX_SOCKET;
  const address = canonicalIpv6(text);
  return address === undefined ? readNode(text) : partyAt(address);
}

/** The party behind an address that the system or the caller names (`fe80::1%eth0`); unknown where it is none. */
export function partyOf(text: string | undefined, port?: number): Party {
  const [bare = ''] = (text ?? '').split('%', 1);
  const address = canonicalIpv4(bare) ?? canonicalIpv6(bare);
  return address === undefined ? UNKNOWN : partyAt(address, port);
}

function partyAt(address: string, port?: number): Party {
  return Object.freeze({ address, port, name: address });
}

/** A hidden port (`_x`) is no number. */
function portNumber(port: string | undefined): number | undefined {
  return port === undefined || port.startsWith('_') ? undefined : Number(port);
}

function canonicalIpv4(text: string): string | undefined {
  return parseIpv4(text) && text;
}

function canonicalIpv6(text: string): string | undefined {
  if (!isIpv6(text)) return undefined;
  const address = ipaddr.process(text);
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
}
