// The name of a client, as the domain name system tells it and confirms it.

import { lookup, reverse } from 'node:dns/promises';
import { equalsIgnoreCase, lowerAscii } from '../../kit/ascii.ts';

/** The addresses of a name; none when it cannot be looked up. */
export async function addressesOf(name: string): Promise<readonly string[]> {
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

/** True when a confirmed name of the address lies in the domain. */
export async function hasNameIn(address: string, domain: string): Promise<boolean> {
  const names = await confirmedNames(address);
  return names.some((name) => isInDomain(name, domain));
}
