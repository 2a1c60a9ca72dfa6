// Which patterns of a long list can match a subject at all. One walk over the subject finds the texts that patterns need
// (kit/regex/needs.ts): each text is filed under four of its bytes, those that fewest other texts have. What is found is
// still to be matched; a pattern that is not found does not match.

import { lowerAscii } from './ascii.ts';
import type { Need } from './regex/index.ts';

/** What the index wants to know of a pattern. */
export interface NeedyPattern {
  readonly needs: readonly Need[];
}

/** A text, where in it the bytes stand that it is filed under, and the patterns that need it. */
interface Filed {
  readonly text: string;
  readonly atStart: boolean;
  readonly offset: number;
  readonly positions: number[];
  /** The next one under the same bytes, or -1. */
  next: number;
  /** The last walk that has found it. */
  walk: number;
}

/** A text is filed under so many of its bytes, or under all of them. */
const WIDTH = 4;
const MASKS = [0, 0xff, 0xffff, 0xffffff, -1] as const;

/** The slot of a hash table of 2^(32 - shift) for the last bytes of a window. */
function slotOf(window: number, width: number, shift: number): number {
  return Math.imul(window & MASKS[width]!, 0x9e3779b1) >>> shift;
}

/** The shift for a table of at least `size` slots. */
function shiftFor(size: number): number {
  return Math.min(26, Math.max(12, Math.clz32(size)));
}

function widthOf(text: string): number {
  return Math.min(WIDTH, text.length);
}

/** Calls `visit` with every window of a text's bytes and where it begins. */
function eachWindow(text: string, visit: (window: number, offset: number) => void): void {
  const width = widthOf(text);
  let window = 0;
  for (let end = 1; end <= text.length; end++) {
    window = (window << 8) | (text.charCodeAt(end - 1) & 0xff);
    if (end >= width) visit(window, end - width);
  }
}

/** How often bytes occur in the texts of a list. */
class Counts {
  readonly #shift: number;
  readonly #counts: Uint32Array;

  constructor(patterns: readonly NeedyPattern[]) {
    const texts = patterns.flatMap(({ needs }) => needs.flatMap((need) => need.texts));
    this.#shift = shiftFor(texts.length * 16);
    this.#counts = new Uint32Array(2 ** (32 - this.#shift));
    for (const text of texts)
      eachWindow(text, (window) => {
        this.#counts[slotOf(window, widthOf(text), this.#shift)]! += 1;
      });
  }

  /** Where in a text its rarest bytes begin, and how often they occur. */
  rarest(text: string): { offset: number; count: number } {
    let found = { offset: 0, count: Number.POSITIVE_INFINITY };
    eachWindow(text, (window, offset) => {
      const count = this.#counts[slotOf(window, widthOf(text), this.#shift)]!;
      if (count < found.count) found = { offset, count };
    });
    return found;
  }

  /** Of all that a pattern needs, what tells it best from the others. */
  bestOf(needs: readonly Need[]): Need {
    let best = needs[0]!;
    let least = Number.POSITIVE_INFINITY;
    for (const need of needs) {
      const most = Math.max(...need.texts.map((text) => this.rarest(text).count));
      if (most >= least) continue;
      best = need;
      least = most;
    }
    return best;
  }
}

interface Added extends NeedyPattern {
  readonly position: number;
}

/** Positions of patterns in a list, found by what their matches have in them. */
export class PatternIndex {
  readonly #filed: Added[] = [];
  /** Those that came since the table was made: they are always found. */
  #waiting: Added[] = [];
  /** How many were found for that reason alone; when it is much, the table is made anew. */
  #wasted = 0;
  #table: Table | undefined;

  /** False when nothing is known of the pattern: it is then for the caller to try it always. */
  add({ needs }: NeedyPattern, position: number): boolean {
    if (needs.length === 0) return false;
    this.#waiting.push({ needs, position });
    return true;
  }

  /** Adds the positions of patterns that may match; in no order, and a position may come twice. */
  collect(subject: string, into: number[]): void {
    this.#wasted += this.#waiting.length;
    if (this.#wasted > 4 * this.#filed.length) this.#fileAll();
    for (const { position } of this.#waiting) into.push(position);
    this.#table?.collect(lowerAscii(subject), into);
  }

  #fileAll(): void {
    for (const each of this.#waiting) this.#filed.push(each);
    this.#waiting = [];
    this.#wasted = 0;
    const counts = new Counts(this.#filed);
    const table = new Table(this.#filed.length);
    for (const { needs, position } of this.#filed) {
      const { texts, atStart } = counts.bestOf(needs);
      for (const text of texts) table.file({ text, atStart }, counts.rarest(text).offset, position);
    }
    this.#table = table;
  }
}

/** The texts, by some of their bytes. */
class Table {
  readonly #filed: Filed[] = [];
  readonly #known: Map<string, Filed> = new Map();
  readonly #shift: number;
  readonly #heads: Int32Array;
  /** The widths there are, ascending. */
  #widths: readonly number[] = [];
  #walks = 0;

  constructor(size: number) {
    this.#shift = shiftFor(size * 4);
    this.#heads = new Int32Array(2 ** (32 - this.#shift)).fill(-1);
  }

  file({ text, atStart }: { text: string; atStart: boolean }, offset: number, position: number): void {
    const key = `${atStart ? 1 : 0}${text}`;
    const known = this.#known.get(key);
    if (known !== undefined) {
      known.positions.push(position);
      return;
    }
    const width = widthOf(text);
    let window = 0;
    for (let at = offset; at < offset + width; at++) window = (window << 8) | (text.charCodeAt(at) & 0xff);
    const slot = slotOf(window, width, this.#shift);
    const filed = { text, atStart, offset, positions: [position], next: this.#heads[slot]!, walk: 0 };
    this.#heads[slot] = this.#filed.length;
    this.#filed.push(filed);
    this.#known.set(key, filed);
    if (!this.#widths.includes(width)) this.#widths = [...this.#widths, width].sort((a, b) => a - b);
  }

  collect(subject: string, into: number[]): void {
    this.#walks += 1;
    const widths = this.#widths;
    let window = 0;
    for (let end = 1; end <= subject.length; end++) {
      window = (window << 8) | (subject.charCodeAt(end - 1) & 0xff);
      for (let i = 0; i < widths.length && widths[i]! <= end; i++) {
        const head = this.#heads[slotOf(window, widths[i]!, this.#shift)]!;
        if (head >= 0) this.#look(head, subject, end - widths[i]!, into);
      }
    }
  }

  /** Takes the texts of one slot that really stand in the subject, their bytes being at `at`. */
  #look(head: number, subject: string, at: number, into: number[]): void {
    for (let i = head; i >= 0; i = this.#filed[i]!.next) {
      const filed = this.#filed[i]!;
      const start = at - filed.offset;
      if (filed.walk === this.#walks || start < 0 || (filed.atStart && start !== 0)) continue;
      if (!subject.startsWith(filed.text, start)) continue;
      filed.walk = this.#walks;
      for (const position of filed.positions) into.push(position);
    }
  }
}

/** Positions of a list in its order, each once: those always tried (ascending), and those found. */
export function inOrder(always: readonly number[], found: readonly number[]): readonly number[] {
  if (found.length === 0) return always;
  return [...new Set([...always, ...found])].sort((a, b) => a - b);
}
