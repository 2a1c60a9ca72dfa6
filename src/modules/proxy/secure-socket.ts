// TLS on the way to a backend: the handshake, who answered it, and sessions taken up again. What is sent over it is
// the connection's business; which settings apply is mod_ssl's.

import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { type BackendTls, checkPeer, type PeerFault } from '../ssl/index.ts';
import type { Origin } from './target.ts';
import { WatchedWire } from './watched-wire.ts';

/** Names that may stand in a handshake (RFC 6066 section 3: no addresses). */
const SERVER_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/;

/** Until when the certificate of whoever has answered may be believed (milliseconds since 1970). */
const validities: WeakMap<TLSSocket, number> = new WeakMap();

/** The name that the other end is asked for, and has to prove. */
function nameOf({ serverName, host }: Origin): string {
  return serverName ?? host;
}

/**
 * Begins to connect, and to shake hands. `end` is where TCP or a unix socket leads; `protocols` are offered, the first
 * one that both sides know is spoken.
 */
export function openSecureSocket(
  origin: Origin,
  tls: BackendTls,
  end: ConnectionOptions,
  protocols?: readonly string[],
): TLSSocket {
  const name = nameOf(origin);
  const known = tls.sessions.get(origin.key);
  const secured = connect({
    ...end,
    secureContext: tls.context,
    // `checkAnswerer` looks at the certificate, with mod_ssl's words for what is wrong with it.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(isIP(name) === 0 && SERVER_NAME.test(name) ? { servername: name } : {}),
    ...(known === undefined ? {} : { session: known.session }),
    ...(protocols === undefined ? {} : { ALPNProtocols: [...protocols] }),
  });
  // Node only tells of sessions where somebody listens from the beginning on, and never before `secureConnect`.
  secured.on('session', (session: Buffer) => {
    const until = validities.get(secured);
    if (until !== undefined) tls.sessions.set(origin.key, { session, until });
  });
  return secured;
}

const wires: WeakMap<Socket, WatchedWire> = new WeakMap();

/**
 * The same over what is on its way there, for a backend whose answers only the end of the connection ends. `onRead` is
 * given bytes of its own.
 */
export function openWatchedSocket(
  origin: Origin,
  tls: BackendTls,
  way: Duplex,
  onRead: (bytes: Buffer) => boolean,
): TLSSocket {
  const wire = new WatchedWire(way, () => socket.emit('connect'));
  const socket = openSecureSocket(origin, tls, { socket: wire });
  wires.set(socket, wire);
  wire.watch(() => socket.readableEnded);
  wire.on('error', (error) => socket.destroy(error));
  socket.on('data', (bytes: Buffer) => {
    if (!onRead(bytes)) socket.pause();
    // An end that waits for the last bytes to be taken.
    setImmediate(() => wire.look());
  });
  socket.on('close', () => wire.destroy());
  return socket;
}

/** Is it known how the connection ends? */
export function isWatched(socket: Socket): boolean {
  return wires.has(socket);
}

/** True where a connection that is watched was cut off: the other end has not said that it was finished. */
export function wasCut(socket: Socket): boolean {
  return wires.get(socket)?.isCut === true;
}

/**
 * Looks at who has answered a finished handshake: undefined when it is the one that was asked for, whose sessions are
 * kept from here on.
 */
export function checkAnswerer(socket: TLSSocket, origin: Origin, tls: BackendTls): PeerFault | undefined {
  const found = socket.isSessionReused()
    ? (tls.sessions.get(origin.key)?.until ?? Date.now())
    : checkPeer(socket, nameOf(origin), tls.rules);
  if (typeof found !== 'number') return found;
  validities.set(socket, found);
  return undefined;
}
