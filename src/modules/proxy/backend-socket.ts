// What is below HTTP on the way to a backend: TCP or a unix socket, and TLS over either. Connections only see bytes.

import { connect, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { BackendTls } from '../ssl/index.ts';
import { openSecureSocket } from './secure-socket.ts';
import type { Origin } from './target.ts';

/** One buffer for all reads: what is read is used up, or copied, before the next read. */
export const READ_BUFFER: Buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** How a socket to a backend is used. */
export interface SocketOptions {
  /** Probes are sent while nothing else is. */
  readonly keepAlive: boolean;
  /** Told how many bytes stand in READ_BUFFER; false lets the socket rest. */
  readonly onRead: (size: number) => boolean;
  /** How TLS is spoken; undefined for plain bytes. */
  readonly tls?: BackendTls | undefined;
}

/** Begins to connect; over TLS, to shake hands, too. */
export function openSocket(origin: Origin, { keepAlive, onRead, tls }: SocketOptions): Socket {
  const { socket, host, port } = origin;
  const options = {
    ...(socket === undefined ? { host, port } : { path: socket }),
    keepAlive,
    noDelay: true,
    // A tunnel goes on in one direction when the other has ended; everything else closes at an end.
    allowHalfOpen: true,
    onread: { buffer: READ_BUFFER, callback: onRead },
  };
  return tls === undefined ? connect(options) : openSecureSocket(origin, tls, options as ConnectionOptions);
}

/** The host has no address, as opposed to an address where nobody answers. */
export function isLookupError(error: NodeJS.ErrnoException | undefined): boolean {
  return error?.syscall === 'getaddrinfo' || error?.code === 'ENOTFOUND';
}
