// The pages of a Berkeley DB file: their heads, and data too large for one page.

import type { Bytes } from './bytes.ts';

export const SMALLEST_PAGE = 512;

/** Where the offsets of a page's items begin. */
const HEAD = 26;

const OVERFLOW = 7;

export interface Pages {
  readonly bytes: Bytes;
  readonly size: number;
  readonly count: number;
}

export interface Page {
  /** Where it begins in the file. */
  readonly start: number;
  readonly type: number;
  /** How many items it has; never more than fit. */
  readonly items: number;
  /** The page that goes on, 0 for none. */
  readonly next: number;
}

/** A page by its number; undefined when the file has no such page. */
export function pageAt({ bytes, size, count }: Pages, number: number): Page | undefined {
  if (number <= 0 || number >= count) return undefined;
  const start = number * size;
  const items = Math.min(bytes.u16(start + 20), (size - HEAD) / 2);
  return { start, type: bytes.u8(start + 25), items, next: bytes.u32(start + 16) };
}

/** Where an item begins in the file; undefined when its offset leads out of the page. */
export function itemAt({ bytes, size }: Pages, page: Page, item: number): number | undefined {
  const offset = bytes.u16(page.start + HEAD + 2 * item);
  return offset >= HEAD && offset < size ? page.start + offset : undefined;
}

/** Data that is spread over a chain of pages. */
export function readOverflow(pages: Pages, first: number, length: number): string | null {
  if (length > pages.bytes.text.length) return null;
  let data = '';
  let number = first;
  // Every page gives at least a byte, so that a chain that bites its tail ends.
  while (data.length < length) {
    const page = pageAt(pages, number);
    const size = page === undefined ? 0 : Math.min(pages.bytes.u16(page.start + 22), pages.size - HEAD);
    if (page?.type !== OVERFLOW || size === 0) return null;
    data += pages.bytes.text.slice(page.start + HEAD, page.start + HEAD + size);
    number = page.next;
  }
  return data.length === length ? data : null;
}
