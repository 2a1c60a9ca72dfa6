// Who is at both ends of the connection of a web request: as node:http says it, as the program says it, and else unknown.

import { isIP } from 'node:net';
import { plainAddress } from '../../request/vhosts.ts';
import { endsOf, NO_CLIENT, NO_SERVER } from '../node/connection.ts';
import type { ConnectionEnds } from '../program-connection.ts';
import type { NodeBindings } from './node-bindings.ts';

/** The ends of a connection as a program knows them; what it leaves out is as without it. */
export type GivenEnds = Partial<ConnectionEnds>;

/**
 * The ends of a connection. Without node:http the addresses are none (node/connection.ts), and the server's port and TLS
 * are those of the URL. Throws TypeError where an address given is none.
 */
export function webEnds(
  url: string,
  node: NodeBindings | undefined,
  given: GivenEnds | undefined,
): ConnectionEnds {
  const ends: ConnectionEnds = { ...(node === undefined ? unknownEnds(url) : endsOf(node.incoming.socket)) };
  if (given === undefined) return ends;
  return {
    remoteAddress: addressOf(given.remoteAddress) ?? ends.remoteAddress,
    remotePort: given.remotePort ?? ends.remotePort,
    localAddress: addressOf(given.localAddress) ?? ends.localAddress,
    localPort: given.localPort ?? ends.localPort,
    secure: given.secure ?? ends.secure,
  };
}

function unknownEnds(url: string): ConnectionEnds {
  const { protocol, port } = new URL(url);
  const secure = protocol === 'https:';
  const usual = secure ? 443 : 80;
  return {
    remoteAddress: NO_CLIENT,
    remotePort: 0,
    localAddress: NO_SERVER,
    localPort: port === '' ? usual : Number(port),
    secure,
  };
}

function addressOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (isIP(text) === 0)
    throw new TypeError(`connection() answers the address ${JSON.stringify(text)}, which is no IP address`);
  return plainAddress(text);
}
