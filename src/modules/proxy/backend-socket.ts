// What is below HTTP on the way to a backend: TCP or a unix socket, and which addresses of a name are tried. Whatever
// else a scheme needs there, a TLS handshake above all, belongs here; connections only see bytes.

import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { viewsOf } from '../../kit/byte-views.ts';
import type { Origin } from './target.ts';

/** One buffer for all reads: what is read is used up, or copied, before the next read. */
const READ_BUFFER: Buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** What has just been read. */
export const bytesRead: (size: number) => Buffer = viewsOf(READ_BUFFER);

/** The longest that an address may leave an attempt without an answer while there are others to try. */
const MOST_PATIENCE = 2000;
/** The least that Node.js takes. */
const LEAST_PATIENCE = 10;

/** Finds the addresses of a name, in the order in which they are tried. */
export type FindAddresses = (host: string) => readonly string[] | Promise<readonly string[]>;

/** How a socket to a backend is used. */
export interface SocketOptions {
  /** Probes are sent while nothing else is. */
  readonly keepAlive: boolean;
  /** Milliseconds for all that goes before the first byte. */
  readonly connectTimeout: number;
  readonly findAddresses: FindAddresses;
  /** The address of this machine that connections come from. */
  readonly sourceAddress: string | undefined;
  /** Told how many bytes were read (`bytesRead`); false lets the socket rest. */
  readonly onRead: (size: number) => boolean;
}

/** Begins to connect. Where a name has several addresses, the next is tried when one refuses or is silent for long. */
export function openSocket(origin: Origin, options: SocketOptions): Socket {
  const { socket, host, port } = origin;
  const common = {
    keepAlive: options.keepAlive,
    noDelay: true,
    // A tunnel goes on in one direction when the other has ended; everything else closes at an end.
    allowHalfOpen: true,
    onread: { buffer: READ_BUFFER, callback: options.onRead },
  };
  if (socket !== undefined) return connect({ ...common, path: socket });
  if (isIP(host) !== 0) return connect({ ...common, host, port, ...localEnd(options, host) });
  return connect({
    ...common,
    host,
    port,
    ...localEnd(options),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: patience(options.connectTimeout),
    lookup: lookupWith(options.findAddresses),
  });
}

/** Several addresses share the time: a lost packet is sent again after a second. */
function patience(connectTimeout: number): number {
  return Math.max(LEAST_PATIENCE, Math.min(MOST_PATIENCE, Math.floor(connectTimeout / 4)));
}

function localEnd({ sourceAddress }: SocketOptions, host?: string): { localAddress?: string } {
  if (sourceAddress === undefined) return {};
  const fits = host === undefined || isIP(host) === isIP(sourceAddress);
  return fits ? { localAddress: sourceAddress } : {};
}

function lookupWith(findAddresses: FindAddresses): LookupFunction {
  return (host, _options, callback) => {
    const found = findAddresses(host);
    if (found instanceof Promise) found.then(give, (error: NodeJS.ErrnoException) => callback(error, []));
    else give(found);

    function give(addresses: readonly string[]): void {
      callback(
        null,
        addresses.map((address) => ({ address, family: isIP(address) })),
      );
    }
  };
}

/** The address that connections are to come from is none of this machine's. */
export function isBindError(error: NodeJS.ErrnoException | undefined): boolean {
  if (error instanceof AggregateError) return error.errors.some((one) => isBindError(one));
  return error?.syscall === 'bind';
}

/** The host has no address, as opposed to an address where nobody answers. */
export function isLookupError(error: NodeJS.ErrnoException | undefined): boolean {
  return error?.syscall === 'getaddrinfo' || error?.code === 'ENOTFOUND';
}
