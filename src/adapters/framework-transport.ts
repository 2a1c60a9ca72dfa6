// A connection whose requests a program answers, too: what a framework gives an exchange besides the wire.

import type { Exchange } from '../request/exchange.ts';
import type { Sent, Transport } from '../request/transport.ts';

/** A request as it goes on to the program. */
export interface HandedOver {
  /** Path and query, from the root of the server: as the client sent it, or as rules have changed it. */
  readonly url: string;
  /** The status that an ErrorDocument of the program's is for; 0 for an answer of its own. */
  readonly errorStatus: number;
}

/** What the program has answered. */
export interface AppAnswered extends Sent {
  readonly status: number;
}

/** See the head of the file. */
export interface FrameworkTransport extends Transport {
  /** The path that the middleware is mounted at, without a slash at its end; '' for the root. */
  readonly base: string;
  /** Whether the program takes what nobody here answers. */
  readonly takesOver: boolean;
  /** Whether URLs stand for files at all. */
  readonly hasDocuments: boolean;
  /** Whether files that exist are served. */
  readonly servesFiles: boolean;
  /** Why the body of the request cannot be had any more; undefined where it can. */
  readonly lostBody: Error | undefined;
  /** Gives the request to the program; settles when that has answered. */
  handOver(x: Exchange, to: HandedOver): Promise<AppAnswered>;
  /** Gives the request to the program as one that cannot be answered, for its own error handler. */
  fail(error: Error): void;
}

/** The transport of an exchange where a framework carries it. */
export function frameworkOf(x: Exchange): FrameworkTransport | undefined {
  return 'takesOver' in x.transport ? (x.transport as FrameworkTransport) : undefined;
}
