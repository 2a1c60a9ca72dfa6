// ProxyBlock: backends that are not connected to, by a part of their name or by an address of theirs.

import { isIP } from 'node:net';
import type { Exchange } from '../../../request/exchange.ts';
import { logEvent } from '../../../request/log.ts';
import type { Verdict } from '../../../request/verdict.ts';
import type { Addresses } from '../addresses.ts';
import { proxyError } from '../failure.ts';
import type { Origin } from '../target.ts';

/** The words of ProxyBlock, and where names are looked up. */
export interface Blocks {
  readonly words: readonly string[];
  readonly addresses: Addresses;
}

/**
 * Is the backend blocked? Undefined when it is not. Its addresses are compared only where it is connected to directly.
 */
export function refuseBlocked(
  x: Exchange,
  { words, addresses }: Blocks,
  origin: Origin,
  isDirect: boolean,
): Verdict | undefined | Promise<Verdict | undefined> {
  const word = words.find((one) => one.startsWith('*') || origin.host.includes(one));
  if (word !== undefined) {
    return refuse(x, `AH00916: connect to remote machine ${origin.host} blocked: name ${word} matched`);
  }
  if (!isDirect || origin.socket !== undefined) return undefined;
  return refuseByAddress(x, { words, addresses }, origin.host);
}

async function refuseByAddress(
  x: Exchange,
  { words, addresses }: Blocks,
  host: string,
): Promise<Verdict | undefined> {
  const own = await addressesOf(addresses, host);
  for (const word of words) {
    const blocked = await addressesOf(addresses, word);
    const found = own.find((address) => blocked.includes(address));
    if (found !== undefined) {
      return refuse(x, `AH00917: connect to remote machine ${host} blocked: IP ${found} matched`);
    }
  }
  return undefined;
}

/** A name that has no address blocks none, and is answered where it is connected to. */
async function addressesOf(addresses: Addresses, name: string): Promise<readonly string[]> {
  if (isIP(name) !== 0) return [name];
  try {
    return await addresses.find(name);
  } catch {
    return [];
  }
}

function refuse(x: Exchange, text: string): Verdict {
  logEvent(x, 'proxy', 'warn', text);
  return proxyError(x, 403, 'Connect to remote machine blocked');
}
