// What is below HTTP on the way to a backend: TCP or a unix socket. Whatever else a scheme needs there, a TLS handshake
// above all, belongs here; connections only see bytes.

import { connect, type Socket } from 'node:net';
import { viewsOf } from '../../kit/byte-views.ts';
import type { Origin } from './target.ts';

/** One buffer for all reads: what is read is used up, or copied, before the next read. */
const READ_BUFFER: Buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** What has just been read. */
export const bytesRead: (size: number) => Buffer = viewsOf(READ_BUFFER);

/** How a socket to a backend is used. */
export interface SocketOptions {
  /** Probes are sent while nothing else is. */
  readonly keepAlive: boolean;
  /** Told how many bytes were read (`bytesRead`); false lets the socket rest. */
  readonly onRead: (size: number) => boolean;
}

/** Begins to connect. */
export function openSocket({ socket, host, port }: Origin, { keepAlive, onRead }: SocketOptions): Socket {
  return connect({
    ...(socket === undefined ? { host, port } : { path: socket }),
    keepAlive,
    noDelay: true,
    // A tunnel goes on in one direction when the other has ended; everything else closes at an end.
    allowHalfOpen: true,
    onread: { buffer: READ_BUFFER, callback: onRead },
  });
}

/** The host has no address, as opposed to an address where nobody answers. */
export function isLookupError(error: NodeJS.ErrnoException | undefined): boolean {
  return error?.syscall === 'getaddrinfo' || error?.code === 'ENOTFOUND';
}
