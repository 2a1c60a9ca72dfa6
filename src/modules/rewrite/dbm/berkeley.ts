// Berkeley DB files: what hash and btree tables have in common. A file is pages of one size; page 0 describes it.
// Layouts as of the versions that Berkeley DB 4.1 to 18 write (hash 8 to 10, btree 9 and 10).

import { lookupBtree } from './berkeley-btree.ts';
import { lookupHash } from './berkeley-hash.ts';
import { type Pages, SMALLEST_PAGE } from './berkeley-pages.ts';
import { type Bytes, readBytes } from './bytes.ts';
import type { DbmFile } from './dbm-file.ts';

const HASH_MAGIC = 0x061561;
const BTREE_MAGIC = 0x053162;
const LARGEST_PAGE = 65_536;

/** Opens the text of the file; undefined when it is none of this kind, encrypted, or has checksums. */
export function openBerkeley(text: string): DbmFile | undefined {
  const bytes = [readBytes(text), readBytes(text, true)].find((one) =>
    [HASH_MAGIC, BTREE_MAGIC].includes(one.u32(12)),
  );
  const pages = bytes && readPages(bytes);
  if (!pages) return undefined;
  const version = pages.bytes.u32(16);
  if (pages.bytes.u32(12) === HASH_MAGIC)
    return version >= 8 && version <= 10 ? { lookup: (key) => lookupHash(pages, key) } : undefined;
  return version === 9 || version === 10 ? { lookup: (key) => lookupBtree(pages, key) } : undefined;
}

function readPages(bytes: Bytes): Pages | undefined {
  const size = bytes.u32(20);
  const isPlain = bytes.u8(24) === 0 && (bytes.u8(26) & 1) === 0;
  if (!isPlain || size < SMALLEST_PAGE || size > LARGEST_PAGE || (size & (size - 1)) !== 0) return undefined;
  return { bytes, size, count: Math.floor(bytes.text.length / size) };
}
