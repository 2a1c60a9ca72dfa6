// The connection of a request that node:http has accepted, as rules ask about it.

import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { plainAddress } from '../../request/vhosts.ts';
import type { ConnectionEnds } from '../program-connection.ts';

/**
 * A client that is connected by a Unix socket has no address: a proxy of others, mostly, so that it must not count as
 * this machine's. Nobody has this address, and no range but 0.0.0.0/0 holds it.
 */
export const NO_CLIENT = '0.0.0.0';

/** Nor has the server one then; another one, since `Require local` lets in whoever has the server's own. */
export const NO_SERVER = '::';

/** The ends of a socket; plain IPv4 where it is mapped into IPv6. */
export function endsOf(socket: Socket): ConnectionEnds {
  return {
    remoteAddress: plainAddress(socket.remoteAddress ?? NO_CLIENT),
    remotePort: socket.remotePort ?? 0,
    localAddress: plainAddress(socket.localAddress ?? NO_SERVER),
    localPort: socket.localPort ?? 0,
    secure: (socket as Partial<TLSSocket>).encrypted === true,
  };
}

/** What a connection has been used for. */
export interface SocketUsage {
  readonly ends: ConnectionEnds;
  requests: number;
  bytesRead: number;
}

const usages: WeakMap<Socket, SocketUsage> = new WeakMap();

/** The same object for all requests of a connection. */
export function usageOf(socket: Socket): SocketUsage {
  let usage = usages.get(socket);
  if (usage === undefined) {
    usage = { ends: endsOf(socket), requests: 0, bytesRead: 0 };
    usages.set(socket, usage);
  }
  return usage;
}
