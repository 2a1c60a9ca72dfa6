// Requests as an application behind proxies gets them, for tests of src/adapters/client-info.
import { type ClientInfo, createClientInfo } from '../../src/adapters/client-info/client-info.ts';
import type { NodeRequest } from '../../src/adapters/client-info/node-request.ts';
import type { ClientInfoOptions } from '../../src/adapters/client-info/settings.ts';

export type Fields = Record<string, string | string[]>;

/** 10.0.0.1 is the proxy that requests come from unless something else is said. */
export const trust: readonly string[] = ['loopback', '10.0.0.0/8'];

/** A request from that address, for `inner.test:8000`. */
export function requestFrom(peer: string, headers: Fields): NodeRequest {
  return {
    headers: { host: 'inner.test:8000', ...headers },
    socket: { remoteAddress: peer, remotePort: 50_000 },
  };
}

/** What client-info makes of it, with `trust` above. */
export function readInfo(
  headers: Fields,
  options: Partial<ClientInfoOptions> = {},
  peer = '10.0.0.1',
): ClientInfo {
  return createClientInfo({ trust, ...options } as ClientInfoOptions)(requestFrom(peer, headers));
}

/** What did not count, a line each. */
export function whysOf({ ignored }: ClientInfo): string[] {
  return ignored.map(({ field, value, why }) => `${field}: ${value}: ${why}`);
}
