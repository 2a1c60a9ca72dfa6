// Listening sockets: one per Listen line, for IPv4, IPv6 or both. Hands every socket on; knows no HTTP.

import { createServer, type Server as NetServer, type Socket } from 'node:net';
import type { Listen } from '../request/core-config.ts';
import { MOST_WAITING } from './socket-room.ts';
import { StartError, systemCode } from './start-error.ts';

/** A socket that accepts connections for one Listen line. */
export interface Listener {
  readonly listen: Listen;
  /** The port in use, also where the line asked for any. */
  readonly port: number;
  /** `http://host:port`; `localhost` where every address is listened on. */
  readonly url: string;
  /** Accepts no more. Open connections go on. */
  close(): Promise<void>;
}

/** Two lines with the same key are the same socket. */
export function listenKey(listen: Listen): string {
  return `${listen.host ?? '*'}:${listen.port}`;
}

/** `Listen 80` or `Listen [::1]:80`, for messages. */
function listenLine(listen: Listen): string {
  if (listen.host === undefined) return `Listen ${listen.port}`;
  return `Listen ${bracketed(listen.host)}:${listen.port}`;
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Who is told what happens on listening sockets. */
export interface ListenerUser {
  /** A connection; nothing is read from it yet. */
  onSocket(socket: Socket): void;
  /** A connection could not be taken: the system is out of descriptors or memory. */
  onAcceptFailed(error: Error): void;
}

export interface ListenOptions {
  /** All Listen lines: where IPv4 has a socket of its own, `::` leaves it alone. */
  readonly others: readonly Listen[];
  /** Connections that may wait in the system until they are taken. */
  readonly backlog: number;
}

/** Starts to listen. Rejects with a StartError that names the line. */
export async function openListener(
  listen: Listen,
  options: ListenOptions,
  user: ListenerUser,
): Promise<Listener> {
  if (listen.protocol === 'https') {
    throw new StartError(
      `${listenLine(listen)} https: TLS is not supported`,
      'Leave the line out or let another server do TLS.',
    );
  }
  const server = createServer(
    { allowHalfOpen: true, noDelay: true, highWaterMark: MOST_WAITING, pauseOnConnect: true },
    (socket) => user.onSocket(socket),
  );
  await bind(server, listen, options);
  server.on('error', (error) => user.onAcceptFailed(error));
  const port = portOf(server);
  return { listen, port, url: urlOf(listen, port), close: () => closeServer(server) };
}

function isAlone(listen: Listen, others: readonly Listen[]): boolean {
  return !others.some((other) => other.host === '0.0.0.0' && other.port === listen.port);
}

function bind(server: NetServer, listen: Listen, { others, backlog }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(listen, error)));
    server.listen(
      { ...addressOf(listen), port: listen.port, backlog, ipv6Only: !isAlone(listen, others) },
      () => {
        server.removeAllListeners('error');
        resolve();
      },
    );
  });
}

function addressOf(listen: Listen): { host?: string } {
  return listen.host === undefined ? {} : { host: listen.host };
}

function listenError(listen: Listen, error: Error): StartError {
  const line = listenLine(listen);
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new StartError(
        `${line}: another program already listens on port ${listen.port}`,
        `Stop it (\`ss -ltnp 'sport = :${listen.port}'\` shows which one it is) or choose another port.`,
        error,
      );
    case 'EACCES':
      return new StartError(
        `${line}: no permission to listen on port ${listen.port}`,
        'Ports below 1024 need root (with User and Group set) or CAP_NET_BIND_SERVICE; or choose a port above 1023.',
        error,
      );
    case 'EADDRNOTAVAIL':
      return new StartError(
        `${line}: this machine has no address ${listen.host ?? ''}`,
        'Write an address of this machine, or the port alone to listen on every address.',
        error,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new StartError(
        `${line}: ${listen.host ?? ''} is not a known address`,
        'Write a numeric address.',
        error,
      );
    default:
      return new StartError(`${line}: ${error.message}`, undefined, error);
  }
}

function portOf(server: NetServer): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const EVERY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

function urlOf(listen: Listen, port: number): string {
  const { host } = listen;
  const name = host === undefined || EVERY_ADDRESS.has(host) ? 'localhost' : bracketed(host);
  return `http://${name}:${port}`;
}

function closeServer(server: NetServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Connections have their own end; the listening socket is gone as soon as close() has been called.
    resolve();
  });
}
