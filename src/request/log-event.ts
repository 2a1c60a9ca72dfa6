// What an error log line is made from, and the shape of a compiled ErrorLogFormat.

import type { Server } from '../conf/server.ts';
import type { Exchange, LiveSite } from './exchange.ts';
import type { Transport } from './transport.ts';

export interface LogEvent {
  readonly site: LiveSite;
  readonly server: Server;
  /** The connection it is about, if any. */
  readonly transport?: Transport | undefined;
  /** The exchange it is about, if any. */
  readonly x?: Exchange | undefined;
  /** Module and level; undefined for what is said once of a request or a connection. */
  readonly module?: string | undefined;
  readonly level?: string | undefined;
  /** Apache's number of the level. */
  readonly levelNumber?: number | undefined;
  /** Escaped already. */
  readonly text: string;
}

/** A line of the error log; '' for none. */
export type ErrorLogFormat = (event: LogEvent) => string;
