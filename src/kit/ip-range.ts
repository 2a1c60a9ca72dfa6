// Address ranges as Apache writes them (`Require ip`, -ipmatch): whole and partial addresses, CIDR, netmasks.
// Parsing of addresses is ipaddr.js's.

import ipaddr from 'ipaddr.js';

/** True when an address (IPv4, IPv6, or IPv4 in IPv6 form) lies in the range. */
export type IpRange = (address: string) => boolean;

/** An address as its bytes; IPv4 in IPv6 form is IPv4. */
export interface Address {
  readonly kind: 'ipv4' | 'ipv6';
  readonly bytes: readonly number[];
}

/** The addresses that agree with one in their first bits. */
export interface AddressRange extends Address {
  readonly bits: number;
}

/** Compiles `10.1.2.3`, `10.1`, `10.1.0.0/16`, `10.1.0.0/255.255.0.0`, `2001:db8::/32`; undefined when it is none. */
export function compileIpRange(text: string): IpRange | undefined {
  const range = parseAddressRange(text);
  return range && ((address) => isInRange(range, address));
}

/** Reads the same as data. */
export function parseAddressRange(text: string): AddressRange | undefined {
  const slash = text.indexOf('/');
  if (slash >= 0) return withMask(text.slice(0, slash), text.slice(slash + 1));
  if (/^\d+(\.\d+){0,2}\.?$/.test(text)) return partial(text.replace(/\.$/, ''));
  const base = parseAddress(text);
  return base && { ...base, bits: bitsOf(base) };
}

export function parseAddress(text: string): Address | undefined {
  const bytes = parseIpv4(text);
  if (bytes !== undefined) return { kind: 'ipv4', bytes };
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.process(text);
  return { kind: address.kind(), bytes: address.toByteArray() };
}

/**
 * The bytes of four decimal parts without zeros in front: shorter forms mean prefixes in Apache, not the addresses that
 * inet_aton would read. By hand: most addresses are of this kind, and ipaddr.js tries several patterns on each.
 */
export function parseIpv4(text: string): number[] | undefined {
  const bytes: number[] = [];
  let part = -1;
  for (let at = 0; at <= text.length && at < 16; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit >= 0 && digit <= 9) {
      if (part === 0) return undefined;
      part = part < 0 ? digit : part * 10 + digit;
      if (part > 255) return undefined;
    } else {
      if (part < 0 || (at < text.length && text[at] !== '.')) return undefined;
      bytes.push(part);
      part = -1;
    }
  }
  return bytes.length === 4 && text.length <= 15 ? bytes : undefined;
}

function bitsOf(address: Address): number {
  return address.bytes.length * 8;
}

/** True when an address lies in the range. */
export function isInRange({ kind, bytes, bits }: AddressRange, text: string): boolean {
  const address = parseAddress(text);
  if (address?.kind !== kind) return false;
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (address.bytes[i] !== bytes[i]) return false;
  const mask = 0xff00 >> (bits & 7);
  return (bits & 7) === 0 || ((address.bytes[whole]! ^ bytes[whole]!) & mask & 0xff) === 0;
}

/** `10.1` stands for 10.1.0.0/16. */
function partial(text: string): AddressRange | undefined {
  const parts = text.split('.');
  const base = parseAddress([...parts, '0', '0', '0'].slice(0, 4).join('.'));
  return base && { ...base, bits: parts.length * 8 };
}

function withMask(address: string, mask: string): AddressRange | undefined {
  const padded = /^\d+(\.\d+){0,2}$/.test(address)
    ? [...address.split('.'), '0', '0', '0'].slice(0, 4).join('.')
    : address;
  const base = parseAddress(padded);
  if (base === undefined) return undefined;
  const bits = /^\d+$/.test(mask) ? Number(mask) : maskBits(mask);
  return bits === undefined || bits > bitsOf(base) ? undefined : { ...base, bits };
}

function maskBits(mask: string): number | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(mask)) return undefined;
  return ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask() ?? undefined;
}
