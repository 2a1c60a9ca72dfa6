// What the server is doing, for those who report on it (mod_status): its connections, and sums over all requests. The
// server fills it; a site that runs without one has none.

import type { Server } from '../conf/server.ts';

/** What a connection is busy with, in Apache's words for it. */
export type Activity = 'waiting' | 'reading' | 'writing' | 'keepalive' | 'closing';

export interface ConnectionActivity {
  readonly activity: Activity;
  readonly remoteAddress: string;
  /** Requests answered on it so far. */
  readonly served: number;
  /** Bytes that it has sent. */
  readonly bytes: number;
  readonly request: RequestActivity | undefined;
}

/** The request under way on a connection. */
export interface RequestActivity {
  /** Where it comes from, proxies left out. */
  readonly clientAddress: string;
  readonly requestLine: string;
  /** 1001 for HTTP/1.1. */
  readonly protocol: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly server: Server;
  readonly localPort: number;
}

/** Sums since the start; kept by whoever reports on them, across reloads. */
export interface RequestSums {
  accesses: number;
  /** On the wire, heads included. */
  bytes: number;
  /** Milliseconds from the first line to the end of the answer. */
  duration: number;
}

export interface ServerActivity {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** How often the configuration was read again. */
  readonly reloads: number;
  /** How many requests are answered at once. */
  readonly most: number;
  readonly isStopping: boolean;
  readonly sums: RequestSums;
  connections(): Iterable<ConnectionActivity>;
}
