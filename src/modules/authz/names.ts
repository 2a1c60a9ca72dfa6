// The name of a client, as the domain name system tells it and confirms it.

import { lookup, reverse } from 'node:dns/promises';
import { equalsIgnoreCase, lowerAscii } from '../../kit/ascii.ts';
import type { Exchange } from '../../request/exchange.ts';
import type { Transport } from '../../request/transport.ts';
import { plainAddress } from '../../request/vhosts.ts';

/** True when one of the names stands for the client's address. */
export async function isClientNamed(x: Exchange, names: readonly string[]): Promise<boolean> {
  const address = plainAddress(x.clientAddress);
  for (const name of names) if ((await addressesOf(name)).map(plainAddress).includes(address)) return true;
  return false;
}

/** The addresses of a name; none when it cannot be looked up. */
async function addressesOf(name: string): Promise<readonly string[]> {
  try {
    const found = await lookup(name, { all: true });
    return found.map((each) => each.address);
  } catch {
    // A name that does not resolve lets nobody in.
    return [];
  }
}

async function confirmedNames(address: string): Promise<readonly string[]> {
  let names: readonly string[];
  try {
    names = await reverse(address);
  } catch {
    return [];
  }
  const confirmed: string[] = [];
  for (const name of names) {
    // Whoever owns an address may give it any name; only the name's owner can confirm it.
    if ((await addressesOf(name)).includes(address)) confirmed.push(name);
  }
  return confirmed;
}

/** `example.com` covers itself and names below it, `.org` names below it. */
export function isInDomain(name: string, domain: string): boolean {
  if (equalsIgnoreCase(name, domain)) return true;
  const suffix = lowerAscii(domain.startsWith('.') ? domain : `.${domain}`);
  return lowerAscii(name).endsWith(suffix);
}

/** What the last look-up of a connection came to: with a long list of domains it is asked once. */
const lastLookUps: WeakMap<Transport, { address: string; names: Promise<readonly string[]> }> = new WeakMap();

function namesOfClient(x: Exchange): Promise<readonly string[]> {
  const address = plainAddress(x.clientAddress);
  const last = lastLookUps.get(x.transport);
  if (last?.address === address) return last.names;
  const names = confirmedNames(address);
  lastLookUps.set(x.transport, { address, names });
  return names;
}

/** True when a confirmed name of the client lies in one of the domains. */
export async function isClientIn(x: Exchange, domains: readonly string[]): Promise<boolean> {
  const names = await namesOfClient(x);
  return names.some((name) => domains.some((domain) => isInDomain(name, domain)));
}
