// The way of a request through proxies, read backwards from the connection: as long as who speaks is trusted, the
// address that it names takes its place. Everything in the field comes from clients, and nothing of it is looked up.

import ipaddr from 'ipaddr.js';
import { compileIpRange, type IpRange } from '../../kit/ip-range.ts';
import type { TrustedProxies } from './directives.ts';

export interface Client {
  readonly address: string;
  /** What is left of the field; undefined when all of it was taken. */
  readonly rest: string | undefined;
  /** Trusted proxies that are not internal, the last one first. */
  readonly proxies: readonly string[];
}

/** An address as Apache writes it; undefined for everything that is not one. */
function readAddress(text: string): string | undefined {
  const isAddress =
    ipaddr.IPv4.isValidFourPartDecimal(text) ||
    (text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text));
  return isAddress ? ipaddr.process(text).toString() : undefined;
}

const PRIVATE: readonly IpRange[] = [
  '10.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
].map((range) => compileIpRange(range)!);

const isGlobalUnicast: IpRange = compileIpRange('2000::/3')!;

/** What a proxy that is not this site's own cannot know of. */
function isPrivate(address: string): boolean {
  if (address.includes(':')) return !isGlobalUnicast(address);
  return PRIVATE.some((contains) => contains(address));
}

/**
 * The client behind `peer`, by a field such as X-Forwarded-For; undefined where the field changes nothing. Without a
 * list every proxy is trusted, and none is internal.
 */
export function findClient(
  peer: string,
  field: string,
  trusted: readonly TrustedProxies[] | undefined,
): Client | undefined {
  let address = peer;
  let rest: string | undefined = field;
  let isInternal = trusted !== undefined;
  let isFound = false;
  const proxies: string[] = [];
  while (rest !== undefined) {
    const speaker: TrustedProxies | undefined = trusted?.find(({ contains }) => contains(address));
    if (trusted !== undefined && speaker === undefined) break;
    // An internal proxy may speak for an external one, and not the other way round.
    isInternal = isInternal && speaker!.isInternal;
    const comma: number = rest.lastIndexOf(',');
    const named = readAddress(rest.slice(comma + 1).replace(/^ +| +$/g, ''));
    if (named === undefined || (!isInternal && isPrivate(named))) break;
    if (!isInternal) proxies.push(address);
    address = named;
    isFound = true;
    rest = comma < 0 ? undefined : rest.slice(0, comma);
  }
  return isFound ? { address, rest, proxies } : undefined;
}
