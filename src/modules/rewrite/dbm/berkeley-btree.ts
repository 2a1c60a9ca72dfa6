// Btrees of Berkeley DB with their usual order: byte by byte, the shorter key first.

import { itemAt, type Page, type Pages, pageAt, readOverflow } from './berkeley-pages.ts';

const INTERNAL = 3;
const LEAF = 5;

const KEYDATA = 1;
const OVERFLOW = 3;
/** The bit of an item's type that says it was deleted. */
const DELETED = 0x80;

/** More levels than a file of any size has. */
const DEEPEST = 32;

export function lookupBtree(pages: Pages, key: string): string | null {
  let page = pageAt(pages, pages.bytes.u32(88));
  for (let level = 0; page !== undefined && level < DEEPEST; level++) {
    if (page.type === LEAF) return findOnLeaf(pages, page, key);
    if (page.type !== INTERNAL) return null;
    page = pageAt(pages, childFor(pages, page, key));
  }
  return null;
}

/** The child under the last key that is not greater; the first child has no key that counts. */
function childFor(pages: Pages, page: Page, key: string): number {
  let low = 0;
  let high = page.items - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const start = itemAt(pages, page, middle);
    const itsKey = start === undefined ? null : readData(pages, start, start + 12, pages.bytes.u16(start));
    if (itsKey === null) return 0;
    if (itsKey <= key) low = middle;
    else high = middle - 1;
  }
  const start = itemAt(pages, page, low);
  return start === undefined ? 0 : pages.bytes.u32(start + 4);
}

function findOnLeaf(pages: Pages, page: Page, key: string): string | null {
  for (let item = 0; item + 1 < page.items; item += 2) {
    const keyStart = itemAt(pages, page, item);
    const valueStart = itemAt(pages, page, item + 1);
    if (keyStart === undefined || valueStart === undefined) return null;
    if ((pages.bytes.u8(valueStart + 2) & DELETED) === 0 && readLeafItem(pages, keyStart) === key)
      return readLeafItem(pages, valueStart);
  }
  return null;
}

function readLeafItem(pages: Pages, start: number): string | null {
  return readData(pages, start, start + 3, pages.bytes.u16(start));
}

/** An item's data: in place at `at`, or, where the type says so, on pages of its own. */
function readData(pages: Pages, start: number, at: number, length: number): string | null {
  const { bytes } = pages;
  switch (bytes.u8(start + 2) & ~DELETED) {
    case KEYDATA:
      return bytes.text.slice(at, at + length);
    case OVERFLOW: {
      // In a leaf the reference is the item itself, in an internal page it is the data.
      const reference = at === start + 3 ? start : at;
      return readOverflow(pages, bytes.u32(reference + 4), bytes.u32(reference + 8));
    }
    default:
      return null;
  }
}
