// DBM files, read only: which types there are, which files belong to a name, and what opens them.
// Every reader takes any bytes: it looks at each offset before it follows it, and each of its loops ends.

import { lowerAscii } from '../../../kit/ascii.ts';
import { openBerkeley } from './berkeley.ts';
import type { DbmFile } from './dbm-file.ts';
import { openGdbm } from './gdbm.ts';
import { openSdbm } from './sdbm.ts';

export type { DbmFile } from './dbm-file.ts';

export interface DbmType {
  /** The files of a map, by the path in the directive. */
  files(path: string): readonly string[];
  /** Opens what the files hold, in their order; undefined when they are no such map. */
  open(...texts: readonly string[]): DbmFile | undefined;
}

const berkeley: DbmType = { files: (path) => [path], open: (text = '') => openBerkeley(text) };

const types: ReadonlyMap<string, DbmType> = new Map([
  // Debian's APR makes Berkeley DB files where no type is given.
  ['default', berkeley],
  ['db', berkeley],
  ['gdbm', { files: (path) => [path], open: (text = '') => openGdbm(text) }],
  [
    'sdbm',
    {
      files: (path) => [`${path}.dir`, `${path}.pag`],
      open: (directory = '', pages = '') => openSdbm(pages, directory),
    },
  ],
]);

/** The names of the types that can be read. */
export const dbmTypeNames: readonly string[] = ['DB', 'GDBM', 'SDBM'];

/** A type by its name in any case. */
export function dbmType(name: string): DbmType | undefined {
  return types.get(lowerAscii(name));
}
