// `portico/rewrite/node`: the files of this machine, for conditions and for maps that are files.

import { lstatSync, readFileSync, type Stats, statSync } from 'node:fs';
import type { RewriteFileFacts, RewriteFiles } from './files.ts';

/** The file system, asked synchronously: a look at a file that was looked at before costs some microseconds. */
export const nodeFiles: RewriteFiles = {
  stat(path, followLinks) {
    try {
      return factsOf(followLinks ? statSync(path) : lstatSync(path));
    } catch {
      return null;
    }
  },
  read(path) {
    try {
      return readFileSync(path);
    } catch {
      return undefined;
    }
  },
};

function factsOf(stats: Stats): RewriteFileFacts {
  return { type: typeOf(stats), size: stats.size, executable: (stats.mode & 0o111) !== 0 };
}

function typeOf(stats: Stats): RewriteFileFacts['type'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'link' : 'other';
}
