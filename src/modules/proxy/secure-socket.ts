// TLS on the way to a backend: the handshake, who answered it, and sessions taken up again. What is sent over it is
// the connection's business; which settings apply is mod_ssl's.

import { isIP } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { type BackendTls, checkPeer, type PeerFault, peerValidity } from '../ssl/index.ts';
import type { Origin } from './target.ts';

/** Names that may stand in a handshake (RFC 6066 section 3: no addresses). */
const SERVER_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/;

/** The name that the other end is asked for, and has to prove. */
function nameOf({ serverName, host }: Origin): string {
  return serverName ?? host;
}

/**
 * Begins to connect, and to shake hands. `socket` is what TCP or a unix socket needs; `protocols` are offered, the first
 * one that both sides know is spoken.
 */
export function openSecureSocket(
  origin: Origin,
  tls: BackendTls,
  socket: ConnectionOptions,
  protocols?: readonly string[],
): TLSSocket {
  const name = nameOf(origin);
  const known = tls.sessions.get(origin.key);
  return connect({
    ...socket,
    secureContext: tls.context,
    // `checkAnswerer` looks at the certificate, with mod_ssl's words for what is wrong with it.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(isIP(name) === 0 && SERVER_NAME.test(name) ? { servername: name } : {}),
    ...(known === undefined ? {} : { session: known.session }),
    ...(protocols === undefined ? {} : { ALPNProtocols: [...protocols] }),
  });
}

/**
 * Looks at who has answered a finished handshake: undefined when it is the one that was asked for, whose sessions are
 * kept from here on.
 */
export function checkAnswerer(socket: TLSSocket, origin: Origin, tls: BackendTls): PeerFault | undefined {
  const fault = checkPeer(socket, nameOf(origin), tls.rules);
  if (fault !== undefined) return fault;
  const { key } = origin;
  const known = socket.isSessionReused() ? tls.sessions.get(key)?.until : peerValidity(socket, tls.rules);
  const until = known ?? Date.now();
  socket.on('session', (session: Buffer) => tls.sessions.set(key, { session, until }));
  return undefined;
}
