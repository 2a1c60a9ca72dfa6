// SDBM: a file of 1024-byte pages (.pag) and a bitmap of which pages were split (.dir). A key's page is found by
// walking the bitmap with the bits of its hash; within the page the pairs are looked at one by one.

import { type Bytes, charAt, HIGH_BYTE, readBytes } from './bytes.ts';
import type { DbmFile } from './dbm-file.ts';

const PAGE = 1024;

/** The bits of a hash; a bitmap that says "split" more often is broken. */
const MOST_SPLITS = 31;

/** Opens the texts of NAME.pag and NAME.dir. Any bytes are a file of this kind: broken pages have no keys. */
export function openSdbm(pages: string, directory: string): DbmFile {
  const pag = readBytes(pages);
  return {
    lookup(key) {
      const found = findOnPage(pag, pageOf(hash(key, true), directory) * PAGE, key);
      if (found !== null || !HIGH_BYTE.test(key)) return found;
      return findOnPage(pag, pageOf(hash(key, false), directory) * PAGE, key);
    },
  };
}

function hash(key: string, signed: boolean): number {
  let n = 0;
  for (let at = 0; at < key.length; at++) n = (Math.imul(n, 65599) + charAt(key, at, signed)) | 0;
  return n;
}

function isSplit(directory: string, bit: number): boolean {
  const at = Math.floor(bit / 8);
  return at < directory.length && ((directory.charCodeAt(at) >> (bit % 8)) & 1) === 1;
}

function pageOf(hashed: number, directory: string): number {
  let bit = 0;
  let depth = 0;
  while (depth < MOST_SPLITS && isSplit(directory, bit)) {
    bit = 2 * bit + ((hashed >>> depth) & 1 ? 2 : 1);
    depth += 1;
  }
  return (hashed & (2 ** depth - 1)) >>> 0;
}

/** A page begins with the count of offsets and the offsets: of a key, of its value, of the next key, downwards. */
function findOnPage(pag: Bytes, page: number, key: string): string | null {
  const count = pag.u16(page);
  if (count > PAGE / 2 - 1 || page + PAGE > pag.text.length) return null;
  let end = PAGE;
  for (let at = 1; at + 1 <= count; at += 2) {
    const keyStart = pag.u16(page + 2 * at);
    const valueStart = pag.u16(page + 2 * at + 2);
    if (keyStart > end || valueStart > keyStart) return null;
    if (pag.text.slice(page + keyStart, page + end) === key)
      return pag.text.slice(page + valueStart, page + keyStart);
    end = valueStart;
  }
  return null;
}
