// Range requests (RFC 9110 section 14): which bytes are wanted, and the parts of a multipart/byteranges answer.
// Slicing the bytes is the sender's work.

import { startsWithIgnoreCase } from '../kit/ascii.ts';
import { parseDecimal } from './decimal.ts';
import { equalsStrongly } from './etag.ts';
import { parseHttpDate } from './http-date.ts';

/** First and last byte, both included. */
export interface ByteRange {
  first: number;
  last: number;
}

/** MaxRanges, MaxRangeOverlaps and MaxRangeReversals; `Infinity` for unlimited. */
export interface RangeLimits {
  readonly ranges: number;
  readonly overlaps: number;
  readonly reversals: number;
}

/** Apache's defaults. */
export const RANGE_LIMITS: RangeLimits = { ranges: 200, overlaps: 20, reversals: 20 };

const SYNTAX_ERROR = 'syntax error';

/**
 * The ranges a Range value selects from `length` bytes, overlapping and adjacent neighbours merged. `whole` when the
 * value is not understood or asks too much: the answer is then the plain 200. `unsatisfiable` is answered 416.
 */
export function parseRanges(
  value: string,
  length: number,
  limits: RangeLimits = RANGE_LIMITS,
): ByteRange[] | 'whole' | 'unsatisfiable' {
  if (!startsWithIgnoreCase(value, 'bytes=') || length === 0 || limits.ranges === 0) return 'whole';
  const merger = new RangeMerger(limits);
  const specs = value.slice(6).split(',');
  // Apache: one comma at the end does no harm.
  if (specs.length > 1 && specs.at(-1) === '') specs.pop();
  for (const spec of specs) {
    if (spec === '0-') return [{ first: 0, last: length - 1 }];
    const range = parseRangeSpec(spec, length);
    if (range === SYNTAX_ERROR) return 'whole';
    if (range !== undefined) merger.add(range);
  }
  if (merger.isOverLimit || merger.total > length) return 'whole';
  return merger.ranges.length === 0 ? 'unsatisfiable' : merger.ranges;
}

/** Undefined for a range behind the end. */
function parseRangeSpec(spec: string, length: number): ByteRange | undefined | typeof SYNTAX_ERROR {
  const dash = spec.indexOf('-');
  if (dash < 0) return SYNTAX_ERROR;
  const last = dash === spec.length - 1 ? Number.POSITIVE_INFINITY : parseDecimal(spec.slice(dash + 1));
  if (last === undefined) return SYNTAX_ERROR;
  if (dash === 0) {
    if (last === 0 || last === Number.POSITIVE_INFINITY) return SYNTAX_ERROR;
    return { first: Math.max(0, length - last), last: length - 1 };
  }
  const first = parseDecimal(spec.slice(0, dash));
  if (first === undefined || first > last) return SYNTAX_ERROR;
  return first >= length ? undefined : { first, last: Math.min(last, length - 1) };
}

/** Joins each range with the one before it where they touch, and counts what that hides (CVE-2011-3192). */
class RangeMerger {
  readonly ranges: ByteRange[] = [];
  readonly #limits: RangeLimits;
  #overlaps = 0;
  #reversals = 0;

  constructor(limits: RangeLimits) {
    this.#limits = limits;
  }

  /** Bytes of all ranges. */
  get total(): number {
    return this.ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  }

  get isOverLimit(): boolean {
    const { ranges, overlaps, reversals } = this.#limits;
    return this.ranges.length > ranges || this.#overlaps > overlaps || this.#reversals > reversals;
  }

  add(range: ByteRange): void {
    const before = this.ranges.at(-1);
    if (before === undefined || range.first > before.last + 1 || range.last < before.first - 1) {
      this.ranges.push(range);
      return;
    }
    this.#overlaps += 1;
    if (range.first < before.first) this.#reversals += 1;
    before.first = Math.min(before.first, range.first);
    before.last = Math.max(before.last, range.last);
  }
}

/** True when a Range may be honoured: there is no If-Range, or it names exactly this state, strongly. */
export function matchesIfRange(
  ifRange: string | undefined,
  etag: string | undefined,
  lastModified: number | undefined,
): boolean {
  if (ifRange === undefined) return true;
  if (ifRange.startsWith('"')) return etag !== undefined && equalsStrongly(ifRange, etag);
  const date = parseHttpDate(ifRange);
  return date !== undefined && lastModified !== undefined && date === Math.floor(lastModified / 1000) * 1000;
}

/** The value of a Content-Range field. */
export function contentRange(range: ByteRange, length: number): string {
  return `bytes ${range.first}-${range.last}/${length}`;
}

/** What stands before each part of a multipart/byteranges body, in Apache's spelling; untyped parts name no type. */
export function partHead(
  boundary: string,
  contentType: string | undefined,
  range: ByteRange,
  length: number,
): string {
  const type = contentType === undefined ? '' : `Content-type: ${contentType}\r\n`;
  return `\r\n--${boundary}\r\n${type}Content-range: ${contentRange(range, length)}\r\n\r\n`;
}

/** What stands behind the last part. */
export function partsEnd(boundary: string): string {
  return `\r\n--${boundary}--\r\n`;
}

/** The length of the whole multipart/byteranges body. */
export function multipartLength(
  boundary: string,
  contentType: string | undefined,
  ranges: readonly ByteRange[],
  length: number,
): number {
  let total = partsEnd(boundary).length;
  for (const range of ranges)
    total += partHead(boundary, contentType, range, length).length + range.last - range.first + 1;
  return total;
}
