// On which connections a PROXY header is expected: by the addresses of the servers that ask for it.

import type { Server, VhostAddress } from '../../conf/server.ts';
import type { IpRange } from '../../kit/ip-range.ts';
import type { ConnectionFacts } from '../../request/exchange.ts';

/** A server's word on it. */
export interface ProtocolSetting {
  readonly server: Server;
  readonly isOn: boolean;
}

type Address = Pick<VhostAddress, 'host' | 'port'>;

/** The main server stands for every address. */
const EVERY: readonly Address[] = [{ host: '*', port: 0 }];

function isWild({ host }: Address): boolean {
  return host === '*' || host === '_default_' || host === '0.0.0.0' || host === '::';
}

function isSame(a: Address, b: Address): boolean {
  return a.port === b.port && (a.host === b.host || (isWild(a) && isWild(b)));
}

function covers(address: Address, { localAddress, localPort }: ConnectionFacts): boolean {
  const isHost = isWild(address) || address.host === localAddress;
  return isHost && (address.port === 0 || address.port === localPort);
}

/** The test for a connection; undefined where nobody asks for the header. */
export function compileExpectation(
  settings: readonly ProtocolSetting[],
  exceptions: readonly IpRange[],
): ((connection: ConnectionFacts) => boolean) | undefined {
  const lists: Record<'on' | 'off', Address[]> = { on: [], off: [] };
  for (const { server, isOn } of settings) {
    const [to, from] = isOn ? (['on', 'off'] as const) : (['off', 'on'] as const);
    for (const address of server.isMain ? EVERY : server.addresses) {
      // Of several servers at one address the last one counts.
      lists[from] = lists[from].filter((other) => !isSame(other, address));
      lists[to].push(address);
    }
  }
  if (lists.on.length === 0) return undefined;
  return (connection) =>
    lists.on.some((address) => covers(address, connection)) &&
    !lists.off.some((address) => covers(address, connection)) &&
    !exceptions.some((contains) => contains(connection.remoteAddress));
}
