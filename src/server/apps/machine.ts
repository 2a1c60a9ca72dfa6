// What the supervisor uses of the world around it.

import type { LogLevelName } from '../../request/core-config.ts';
import type { Accounts } from '../accounts.ts';
import type { FreePorts } from './endpoint.ts';
import type { Orphans } from './orphans.ts';
import type { ProcessTable } from './process-table.ts';

/** A line that an application printed. */
export interface PrintedLine {
  readonly level: 'error' | 'notice';
  /** Which application and process it is of: for a log that others write to as well. */
  readonly prefix: string;
  readonly line: string;
}

export interface AppsMachine {
  /** Milliseconds since 1970. */
  now(): number;
  /** Into the error log. */
  log(level: LogLevelName, text: string): void;
  /** Into a target of SiteIo.openLog, or the error log. */
  logOutput(target: string | undefined, printed: PrintedLine): void;
  readonly table: ProcessTable;
  readonly accounts: Accounts;
  readonly ports: FreePorts;
  readonly orphans: Orphans;
  /** `NAME=value` in the environment of everything that this server starts. */
  readonly mark: string;
  /** Settles when what an earlier server left running is gone. */
  readonly isClear: Promise<void>;
}
