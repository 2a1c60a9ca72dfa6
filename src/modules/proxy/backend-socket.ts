// What is below HTTP on the way to a backend: TCP or a unix socket, which addresses of a name are tried, and TLS over
// what was connected. Connections only see bytes.

import { connect, isIP, type LookupFunction, type NetConnectOpts, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { viewsOf } from '../../kit/byte-views.ts';
import type { BackendTls } from '../ssl/index.ts';
import { ConnectStream } from './remote/connect-stream.ts';
import { openSecureSocket, openWatchedSocket } from './secure-socket.ts';
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

/** How the other end is found. */
export interface EndOptions {
  /** Milliseconds for all that goes before the first byte. */
  readonly connectTimeout: number;
  readonly findAddresses: FindAddresses;
  /** The address of this machine that connections come from. */
  readonly sourceAddress: string | undefined;
}

/** How a socket to a backend is used. */
export interface SocketOptions extends EndOptions {
  /** Probes are sent while nothing else is. */
  readonly keepAlive: boolean;
  /** Told how many bytes were read (`bytesRead`); false lets the socket rest. */
  readonly onRead: (size: number) => boolean;
  /** How TLS is spoken; undefined for plain bytes. */
  readonly tls?: BackendTls | undefined;
}

/**
 * Begins to connect, and over TLS to shake hands. Where a name has several addresses, the next is tried when one refuses
 * or is silent for long.
 */
export function openSocket(origin: Origin, options: SocketOptions): Socket {
  const { tls } = options;
  const isThrough = origin.through !== undefined;
  if (tls !== undefined && (isThrough || tls.unframed.has(origin.key))) {
    const way = isThrough ? openWay(origin, options) : connect(plainEnd(origin, options));
    return openWatchedSocket(origin, tls, way, (bytes) => readOwn(bytes, options.onRead));
  }
  const end = {
    ...plainEnd(origin, options),
    onread: { buffer: READ_BUFFER, callback: options.onRead },
  };
  return tls === undefined ? connect(end) : openSecureSocket(origin, tls, end as ConnectionOptions);
}

/** How a way to a backend is opened. */
interface WayOptions extends EndOptions {
  readonly keepAlive: boolean;
}

function plainEnd(origin: Origin, options: WayOptions): NetConnectOpts {
  return {
    ...endOf(origin, options),
    keepAlive: options.keepAlive,
    noDelay: true,
    // A tunnel goes on in one direction when the other has ended; everything else closes at an end.
    allowHalfOpen: true,
  } as NetConnectOpts;
}

/** A way through the proxy that the origin names. Says `connect` when there is one. */
export function openWay({ through, host, port }: Origin, options: WayOptions): ConnectStream {
  const { origin, credentials } = through!;
  return new ConnectStream(connect(plainEnd(origin, options)), { host, port, credentials });
}

/** Bytes with a buffer of their own, told of as all others are. */
function readOwn(bytes: Buffer, onRead: SocketOptions['onRead']): boolean {
  let goesOn = true;
  for (let at = 0; at < bytes.length; at += READ_BUFFER.length) {
    goesOn = onRead(bytes.copy(READ_BUFFER, 0, at));
  }
  return goesOn;
}

/** Where a connection leads, for `connect`. */
export function endOf({ socket, host, port }: Origin, options: EndOptions): NetConnectOpts {
  if (socket !== undefined) return { path: socket };
  if (isIP(host) !== 0) return { host, port, ...localEnd(options, host) };
  return {
    host,
    port,
    ...localEnd(options),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: patience(options.connectTimeout),
    lookup: lookupWith(options.findAddresses),
  };
}

/** Several addresses share the time: a lost packet is sent again after a second. */
function patience(connectTimeout: number): number {
  return Math.max(LEAST_PATIENCE, Math.min(MOST_PATIENCE, Math.floor(connectTimeout / 4)));
}

function localEnd({ sourceAddress }: EndOptions, host?: string): { localAddress?: string } {
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
