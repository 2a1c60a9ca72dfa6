// The entity tag of a file as FileETag wants it.

import type { FileFacts } from '../conf/io.ts';
import type { DirConfig } from '../conf/section.ts';
import { type EtagParts, fileEtag } from '../wire/etag.ts';
import { coreDir, ETAG, etagBits } from './core-config.ts';

function partsOf(bits: number): EtagParts {
  return {
    inode: (bits & ETAG.inode) !== 0,
    size: (bits & ETAG.size) !== 0,
    mtime: (bits & ETAG.mtime) !== 0,
  };
}

/** Undefined where the configuration wants none. `requestTime` is in milliseconds. */
export function etagOfFile(file: FileFacts, dir: DirConfig, requestTime: number): string | undefined {
  const bits = etagBits(coreDir(dir));
  if ((bits & ETAG.none) !== 0) return undefined;
  const identity = { size: file.size, mtimeMicros: file.mtime, inode: file.inode };
  return fileEtag(identity, requestTime * 1000, bits === 0 ? undefined : partsOf(bits));
}
