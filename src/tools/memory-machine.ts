// A machine in memory whose requests can be tried out: files as texts, no log, no network, no users.

import { createMemoryIo, type MemoryOptions } from '../conf/memory-io.ts';
import type { SiteIo } from '../request/io.ts';

export interface MemoryMachineOptions extends MemoryOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const NO_LOG = { write: () => undefined };

/** `files` are byte strings by absolute path. */
export function createMemoryMachine(
  files: Readonly<Record<string, string>>,
  { env = {}, now = Date.now, ...options }: MemoryMachineOptions = {},
): SiteIo {
  const io = createMemoryIo(files, env, options);
  return {
    ...io,
    assumesDocumentRoots: true,
    now,
    pid: 1,
    openLog: () => NO_LOG,
    openFile: (path, start, length) => Buffer.from(io.read(path).slice(start, start + length), 'latin1'),
    resolve: () => Promise.resolve([]),
    userHome: () => undefined,
    userName: () => undefined,
    groupName: () => undefined,
  };
}
