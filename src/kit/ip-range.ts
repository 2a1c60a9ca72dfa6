// Address ranges as Apache writes them (`Require ip`, -ipmatch): whole and partial addresses, CIDR, netmasks.
// Parsing of addresses is ipaddr.js's.

import ipaddr from 'ipaddr.js';

/** True when an address (IPv4, IPv6, or IPv4 in IPv6 form) lies in the range. */
export type IpRange = (address: string) => boolean;

type Address = ReturnType<typeof ipaddr.process>;

/** Compiles `10.1.2.3`, `10.1`, `10.1.0.0/16`, `10.1.0.0/255.255.0.0`, `2001:db8::/32`; undefined when it is none. */
export function compileIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf('/');
  if (slash >= 0) return withMask(text.slice(0, slash), text.slice(slash + 1));
  if (/^\d+(\.\d+){0,2}\.?$/.test(text)) return partial(text.replace(/\.$/, ''));
  const base = parseAddress(text);
  return base === undefined ? undefined : inRange(base, bitsOf(base));
}

function parseAddress(text: string): Address | undefined {
  return isWellFormed(text) ? ipaddr.process(text) : undefined;
}

/** Four decimal parts: shorter forms mean prefixes in Apache, not the addresses that inet_aton would read. */
function isWellFormed(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || (text.includes(':') && ipaddr.IPv6.isValid(text));
}

function bitsOf(address: Address): number {
  return address.kind() === 'ipv4' ? 32 : 128;
}

function inRange(base: Address, bits: number): IpRange {
  return (text) => {
    const address = parseAddress(text);
    return address !== undefined && address.kind() === base.kind() && address.match(base, bits);
  };
}

/** `10.1` stands for 10.1.0.0/16. */
function partial(text: string): IpRange | undefined {
  const parts = text.split('.');
  const base = parseAddress([...parts, '0', '0', '0'].slice(0, 4).join('.'));
  return base === undefined ? undefined : inRange(base, parts.length * 8);
}

function withMask(address: string, mask: string): IpRange | undefined {
  const padded = /^\d+(\.\d+){0,2}$/.test(address)
    ? [...address.split('.'), '0', '0', '0'].slice(0, 4).join('.')
    : address;
  const base = parseAddress(padded);
  if (base === undefined) return undefined;
  const bits = /^\d+$/.test(mask) ? Number(mask) : maskBits(mask);
  return bits === undefined || bits > bitsOf(base) ? undefined : inRange(base, bits);
}

function maskBits(mask: string): number | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(mask)) return undefined;
  return ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask() ?? undefined;
}
