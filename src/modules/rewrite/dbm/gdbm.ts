// GDBM: a header, a directory of buckets that is indexed by the first bits of a key's hash, and in each bucket a table
// of where keys and values lie. Written in the byte order and with the offsets of the machine: 64 bits wide here.

import { type Bytes, charAt, HIGH_BYTE, readBytes } from './bytes.ts';
import type { DbmFile } from './dbm-file.ts';

/** `13579acf`: 64-bit offsets; `13579ad0` and `13579ad1`: the same with an extended header, which ends elsewhere. */
const MAGICS: ReadonlySet<number> = new Set([0x13579ace, 0x13579acf, 0x13579ad0, 0x13579ad1]);

/** Bytes of a bucket before its table: the blocks that are free there, and two counts. */
const BUCKET_HEAD = 112;
const ELEMENT = 24;
/** Bytes of a key that stand in the table itself. */
const KEY_START = 4;

interface GdbmHeader {
  readonly directory: number;
  readonly directoryBits: number;
  readonly bucketElements: number;
}

/** Opens the text of the file; undefined when it is none of this kind. */
export function openGdbm(text: string): DbmFile | undefined {
  const bytes = [readBytes(text), readBytes(text, true)].find((one) => MAGICS.has(one.u32(0)));
  const header = bytes && readHeader(bytes);
  return bytes && header && { lookup: (key) => find(bytes, header, key) };
}

function readHeader(bytes: Bytes): GdbmHeader | undefined {
  const directory = bytes.u64(8);
  const directoryBits = bytes.u32(20);
  const bucketSize = bytes.u32(24);
  const bucketElements = bytes.u32(28);
  if (directory <= 0 || directoryBits > 31 || bucketElements === 0) return undefined;
  if (directory + 8 * 2 ** directoryBits > bytes.text.length) return undefined;
  if (bucketSize < BUCKET_HEAD + ELEMENT * bucketElements) return undefined;
  return { directory, directoryBits, bucketElements };
}

function hash(key: string, signed: boolean): number {
  let value = Math.imul(0x238f13af, key.length);
  for (let at = 0; at < key.length; at++)
    value = (value + (charAt(key, at, signed) << ((at * 5) % 24))) & 0x7fffffff;
  return (Math.imul(1103515243, value) + 12345) & 0x7fffffff;
}

function find(bytes: Bytes, header: GdbmHeader, key: string): string | null {
  const found = findHashed(bytes, header, key, hash(key, true));
  return found !== null || !HIGH_BYTE.test(key) ? found : findHashed(bytes, header, key, hash(key, false));
}

function findHashed(bytes: Bytes, header: GdbmHeader, key: string, hashed: number): string | null {
  const { directory, directoryBits, bucketElements } = header;
  // All of the 31 bits are shifted away where the directory has one entry.
  const entry = directoryBits === 0 ? 0 : hashed >>> (31 - directoryBits);
  const bucket = bytes.u64(directory + 8 * entry);
  if (bucket <= 0 || bucket + BUCKET_HEAD + ELEMENT * bucketElements > bytes.text.length) return null;
  for (let step = 0; step < bucketElements; step++) {
    const element = bucket + BUCKET_HEAD + ELEMENT * ((hashed + step) % bucketElements);
    const itsHash = bytes.u32(element);
    if (itsHash === 0xffffffff) return null;
    if (itsHash === hashed && isKey(bytes, element, key)) return readValue(bytes, element);
  }
  return null;
}

function isKey(bytes: Bytes, element: number, key: string): boolean {
  if (bytes.u32(element + 16) !== key.length) return false;
  const start = bytes.text.slice(element + 4, element + 4 + Math.min(KEY_START, key.length));
  const at = bytes.u64(element + 8);
  return key.startsWith(start) && at > 0 && bytes.text.startsWith(key, at);
}

function readValue(bytes: Bytes, element: number): string | null {
  const start = bytes.u64(element + 8) + bytes.u32(element + 16);
  const end = start + bytes.u32(element + 20);
  return end <= bytes.text.length ? bytes.text.slice(start, end) : null;
}
