// Hash tables of Berkeley DB: a key's hash names a bucket, the bucket a page, and the page may go on in others.

import { itemAt, type Page, type Pages, pageAt, readOverflow } from './berkeley-pages.ts';

const UNSORTED_PAGE = 2;
const PAGE = 13;

const KEYDATA = 1;
const DUPLICATE = 2;
const OFFPAGE = 3;

export function lookupHash(pages: Pages, key: string): string | null {
  let number = pageOfBucket(pages, bucketOf(pages, hash(key)));
  for (let seen = 0; seen < pages.count; seen++) {
    const page = pageAt(pages, number);
    if (page === undefined || (page.type !== PAGE && page.type !== UNSORTED_PAGE)) return null;
    const item = findKey(pages, page, key);
    if (item !== undefined) return readValue(pages, page, item + 1);
    number = page.next;
  }
  return null;
}

function hash(key: string): number {
  let h = 0;
  for (let at = 0; at < key.length; at++) h = Math.imul(h, 16777619) ^ key.charCodeAt(at);
  return h >>> 0;
}

function bucketOf({ bytes }: Pages, hashed: number): number {
  const bucket = (hashed & bytes.u32(76)) >>> 0;
  return bucket > bytes.u32(72) ? (hashed & bytes.u32(80)) >>> 0 : bucket;
}

/** Buckets are laid out in doublings; `spares` says how many other pages stand before each. */
function pageOfBucket({ bytes }: Pages, bucket: number): number {
  const doubling = Math.ceil(Math.log2(bucket + 1));
  return doubling > 31 ? 0 : bucket + bytes.u32(96 + 4 * doubling);
}

/** Items lie from the end of the page downwards: each ends where the one before begins. */
function itemEnd(pages: Pages, page: Page, item: number): number | undefined {
  return item === 0 ? page.start + pages.size : itemAt(pages, page, item - 1);
}

function findKey(pages: Pages, page: Page, key: string): number | undefined {
  for (let item = 0; item + 1 < page.items; item += 2) if (readItem(pages, page, item, key)) return item;
  return undefined;
}

function readItem(pages: Pages, page: Page, item: number, key: string): boolean {
  const start = itemAt(pages, page, item);
  const end = itemEnd(pages, page, item);
  if (start === undefined || end === undefined) return false;
  const { bytes } = pages;
  if (bytes.u8(start) === KEYDATA)
    return end - start - 1 === key.length && bytes.text.startsWith(key, start + 1);
  if (bytes.u8(start) !== OFFPAGE || bytes.u32(start + 8) !== key.length) return false;
  return readOverflow(pages, bytes.u32(start + 4), key.length) === key;
}

function readValue(pages: Pages, page: Page, item: number): string | null {
  const start = itemAt(pages, page, item);
  const end = itemEnd(pages, page, item);
  if (start === undefined || end === undefined || end <= start) return null;
  const { bytes } = pages;
  switch (bytes.u8(start)) {
    case KEYDATA:
      return bytes.text.slice(start + 1, end);
    case OFFPAGE:
      return readOverflow(pages, bytes.u32(start + 4), bytes.u32(start + 8));
    case DUPLICATE: {
      // Several values of one key: the first, between its length and its length again.
      const length = bytes.u16(start + 1);
      return start + 3 + length <= end ? bytes.text.slice(start + 3, start + 3 + length) : null;
    }
    default:
      return null;
  }
}
