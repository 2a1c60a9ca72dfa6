// What a running site may ask of the machine. Passed in, so that requests can run in memory and explain can look only.

import type { ConfIo, FileFacts } from '../conf/io.ts';
import type { BodyContent } from '../wire/body.ts';

/** Takes whole lines (without their end). Never blocks, never throws; what cannot be written is counted and reported. */
export interface LogSink {
  /** A byte string. */
  write(line: string): void;
}

/** What a site asks of the machine while it answers requests. Paths and names are byte strings. */
export interface SiteIo extends ConfIo {
  /** Milliseconds since 1970. */
  now(): number;
  /** The number of the process. */
  readonly pid: number;
  /** A log by its target: `stderr`, an absolute path or `|command`; the same target is the same sink. Never throws. */
  openLog(target: string): LogSink;
  /**
   * `length` bytes of a regular file from `start`, of which `stat` has said `facts`: themselves, where they are few.
   * Opens at once and throws the system's error (with `code`).
   */
  openFile(path: string, start: number, length: number, facts: FileFacts): BodyContent;
  /** Addresses of a host name, in the order in which they are tried; rejects with the system's error. */
  resolve(host: string): Promise<readonly string[]>;
  /** The home directory of a user of the machine. */
  userHome(name: string): string | undefined;
  /** The name of a user by its number; undefined when there is none. */
  userName(uid: number): string | undefined;
  /** The name of a group by its number; undefined when there is none. */
  groupName(gid: number): string | undefined;
}
