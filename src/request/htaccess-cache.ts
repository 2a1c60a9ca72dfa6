// What a site remembers of the .htaccess files it has read.

import type { DirConfig } from '../conf/section.ts';

/** A compiled file, or what is wrong with it, as long as the file on disk and what may stand in it stay the same. */
export interface HtaccessEntry {
  readonly mtime: number;
  readonly size: number;
  readonly inode: number;
  readonly server: unknown;
  readonly allowed: unknown;
  readonly allowedList: unknown;
  readonly result: DirConfig | { readonly error: string };
}

/** By path, for one site; oldest out first. */
export interface HtaccessCache {
  readonly compiled: Map<string, HtaccessEntry>;
  /** Where none was found, and when, in milliseconds since 1970. */
  readonly absent: Map<string, number>;
}
