// Who is believed: the list of trusted proxies, compiled once.

import { AddressSet } from '../../kit/address-set.ts';
import { parseAddress, parseAddressRange } from '../../kit/ip-range.ts';
import { suggest } from '../../kit/suggest.ts';
import type { Party } from './node-identifier.ts';

/**
 * Decides about one party: its address (`unix` for a socket of this machine), and how far it is away, 0 for the other
 * end of the connection. Only `true` is trust.
 */
export type TrustFunction = (address: string, hop: number) => boolean;

/**
 * Addresses, ranges (`10.0.0.0/8`, `2001:db8::/32`) and names (`loopback`, `private`, `uniquelocal`, `linklocal`, `unix`),
 * or a function.
 */
export type Trust = string | readonly string[] | TrustFunction;

/** True for a trusted proxy. */
export type IsTrusted = (party: Party, hop: number) => boolean;

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'];
const NAMED_RANGES: ReadonlyMap<string, readonly string[]> = new Map([
  ['loopback', ['127.0.0.0/8', '::1']],
  ['private', PRIVATE],
  ['uniquelocal', PRIVATE],
  ['linklocal', ['169.254.0.0/16', 'fe80::/10']],
  ['unix', []],
]);

/** Compiles the list. Throws a TypeError that names the entry that is wrong. */
export function compileTrust(trust: Trust): IsTrusted {
  if (typeof trust === 'function') return byFunction(trust);
  const entries: readonly unknown[] | undefined = typeof trust === 'string' ? [trust] : trust;
  if (!Array.isArray(entries)) throw new TypeError(`trust: ${whyNoList(trust)}`);
  const addresses = new AddressSet();
  for (const entry of entries) addEntry(addresses, entry);
  const trustsSockets = entries.includes('unix');
  return ({ address, name }) =>
    address === undefined ? trustsSockets && name === 'unix' : addresses.has(address);
}

function byFunction(trust: TrustFunction): IsTrusted {
  return ({ address, name }, hop) => {
    const asked = address ?? (name === 'unix' ? name : undefined);
    return asked !== undefined && trust(asked, hop) === true;
  };
}

function whyNoList(trust: unknown): string {
  const wanted = "give the addresses of your proxies, as in ['loopback', '10.0.0.0/8']";
  if (typeof trust === 'number') return `a number of proxies is nothing that a request proves; ${wanted}`;
  if (trust === true) return `everybody is no proxy of yours; ${wanted}`;
  return `${wanted}, [] for none, or a function`;
}

function addEntry(addresses: AddressSet, entry: unknown): void {
  if (typeof entry !== 'string') throw new TypeError(`trust: ${String(entry)} is no string`);
  const ranges = NAMED_RANGES.get(entry) ?? [entry];
  for (const text of ranges) {
    const range = parseAddressRange(text);
    const wrong = range === undefined || !isWhole(text) ? whyNoRange(entry) : whyTooWide(text, range.bits);
    if (wrong !== undefined) throw new TypeError(`trust: ${wrong}`);
    addresses.add(range!);
  }
}

/** Apache's `10.1` for 10.1.0.0/16 is too easily a slip, and a mask of an IPv4 address in IPv6 form counts other bits. */
function isWhole(text: string): boolean {
  const [address = '', mask] = text.split('/');
  const kind = parseAddress(address)?.kind;
  return kind !== undefined && (mask === undefined || (kind === 'ipv6') === address.includes(':'));
}

function whyNoRange(entry: string): string {
  const names = [...NAMED_RANGES.keys()];
  const near = suggest(entry, names);
  const question = near === undefined ? '' : `; did you mean '${near}'?`;
  return `'${entry}' is no address, range (10.0.0.0/8, 2001:db8::/32) or name (${names.join(', ')})${question}`;
}

function whyTooWide(entry: string, bits: number): string | undefined {
  if (bits > 0) return undefined;
  return `'${entry}' is every address, so that each client could say who it is; write () => true if nobody else can connect`;
}
