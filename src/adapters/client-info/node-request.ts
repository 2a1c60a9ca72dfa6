// A request of node:http, node:https or node:http2 (compatibility API), and of everything that is built on them.

import type { Asked } from './asked.ts';
import { type Party, partyOf, UNIX_SOCKET, UNKNOWN } from './node-identifier.ts';

/** What is looked at of a request; IncomingMessage and Http2ServerRequest have it. */
export interface NodeRequest {
  /** Fields by their names in lower case; several lines of one name as a list, or joined by commas. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The connection; without one, nothing is trusted. */
  readonly socket?: NodeSocket | null | undefined;
}

/** What is looked at of a connection; Socket and TLSSocket have it. */
export interface NodeSocket {
  /** The other end; undefined for a local socket, and when the connection is over. */
  readonly remoteAddress?: string | undefined;
  /** The port of the other end. */
  readonly remotePort?: number | undefined;
  /** This end; undefined for a local socket. */
  readonly localAddress?: string | undefined;
  /** True when the connection is over. */
  readonly destroyed?: boolean | undefined;
}

export function askedOfNode(request: NodeRequest): Asked {
  const { headers, socket } = request;
  const field = (name: string): string | undefined => joined(headers[name]);
  return {
    peer: peerOf(socket ?? {}),
    scheme: isEncrypted(socket ?? {}) ? 'https' : 'http',
    host: field(':authority') ?? field('host'),
    field,
  };
}

function joined(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(', ') : value;
}

function isEncrypted(socket: NodeSocket & { readonly encrypted?: unknown }): boolean {
  try {
    return socket.encrypted === true;
  } catch {
    return false;
  }
}

function peerOf(socket: NodeSocket): Party {
  try {
    const { remoteAddress } = socket;
    if (remoteAddress !== undefined) return partyOf(remoteAddress, socket.remotePort);
    return isUnixSocket(socket) ? UNIX_SOCKET : UNKNOWN;
  } catch {
    // The socket of a node:http2 request is a stand-in that throws when the session behind it is over.
    return UNKNOWN;
  }
}

/**
 * A TCP connection that its client has reset has no remote address any more, and may not pass for a local socket:
 * alive, without a local address either, and accepted by a server that listens on no port.
 */
function isUnixSocket(socket: NodeSocket & { readonly server?: unknown }): boolean {
  if (socket.destroyed !== false || socket.localAddress !== undefined) return false;
  const server = socket.server as { address?: () => unknown } | null | undefined;
  if (typeof server?.address !== 'function') return false;
  const address = server.address();
  // None at all where somebody else has opened the socket (systemd, a descriptor that was handed over).
  return typeof address === 'string' || address === null;
}
