// Which lines of a long list can match a request at all: eight thousand names of robots then cost one walk over the
// User-Agent. Lines that look at the same thing share an index.

import { lowerAscii } from '../../kit/ascii.ts';
import { inOrder, PatternIndex } from '../../kit/pattern-index.ts';
import type { Exchange } from '../../request/exchange.ts';
import { type Line, requestValue, type Subject } from './line.ts';

/** Lists shorter than this are simply walked. */
const WORTHWHILE = 24;

const indexes: WeakMap<readonly Line[], LineIndex> = new WeakMap();

/** The index of a list; undefined for a short one. */
export function indexOf(lines: readonly Line[]): LineIndex | undefined {
  if (lines.length < WORTHWHILE) return undefined;
  const index = indexes.get(lines) ?? new LineIndex(lines);
  indexes.set(lines, index);
  return index;
}

/** The lines that look at one thing. */
interface Lookers {
  readonly index: PatternIndex;
  readonly positions: number[];
  /** A line of this list sets, or takes away, a variable of that name. */
  readonly mayChange: boolean;
}

export class LineIndex {
  /** Lines about which nothing is known before they run. */
  readonly #always: number[] = [];
  readonly #bySubject: Map<Subject, Lookers> = new Map();
  /** For each line which row of lines about the same thing it is in; expressions do not end one. */
  readonly #rows: number[] = [];

  constructor(lines: readonly Line[]) {
    const assigned = new Set(
      lines.flatMap(({ assignments }) => assignments.map(({ name }) => lowerAscii(name))),
    );
    let subject: Subject | undefined;
    let row = 0;
    for (const [position, { test }] of lines.entries()) {
      if (test.kind === 'value' && test.subject !== subject) {
        subject = test.subject;
        row += 1;
      }
      this.#rows.push(row);
      if (test.kind === 'expr' || test.regex.needs.length === 0) this.#always.push(position);
      else {
        const lookers = this.#lookersAt(test.subject, assigned);
        lookers.index.add(test.regex, position);
        lookers.positions.push(position);
      }
    }
  }

  #lookersAt(subject: Subject, assigned: ReadonlySet<string>): Lookers {
    const known = this.#bySubject.get(subject);
    if (known !== undefined) return known;
    const made = { index: new PatternIndex(), positions: [], mayChange: assigned.has(subject.name) };
    this.#bySubject.set(subject, made);
    return made;
  }

  rowOf(position: number): number {
    return this.#rows[position]!;
  }

  /** Positions of the lines that are worth a try, in order. */
  candidates(x: Exchange): readonly number[] {
    const found: number[] = [];
    for (const [subject, { index, positions, mayChange }] of this.#bySubject) {
      const value = requestValue(x, subject);
      if (value !== undefined) index.collect(value, found);
      else if (mayChange) for (const position of positions) found.push(position);
      else if (x.hasEnv()) index.collect(x.env.get(subject.name) ?? '', found);
    }
    return inOrder(this.#always, found);
  }
}
