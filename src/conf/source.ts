// One text of configuration and where its lines begin: turns a byte offset into a place.

import type { Place } from '../kit/place.ts';

/** A configuration file, or a text that stands for one. */
export class Source {
  /** What places call it: a path, or `macro 'm' …`. */
  readonly file: string;
  readonly text: string;
  /** The Include directive that brought it in. */
  readonly includedFrom: Place | undefined;
  #starts: readonly number[] | undefined;

  constructor(file: string, text: string, includedFrom?: Place) {
    this.file = file;
    this.text = text;
    this.includedFrom = includedFrom;
  }

  /** The place of the byte at `offset`; an offset past the end stands for the end. */
  placeAt(offset: number): Place {
    const starts = this.#lineStarts();
    const line = findLine(starts, Math.min(offset, this.text.length));
    const start = starts[line]!;
    const end = this.text.indexOf('\n', start);
    const text = this.text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '');
    const place = {
      file: this.file,
      line: line + 1,
      column: Math.min(offset, this.text.length) - start + 1,
      text,
    };
    return this.includedFrom ? { ...place, includedFrom: this.includedFrom } : place;
  }

  #lineStarts(): readonly number[] {
    if (this.#starts) return this.#starts;
    const starts = [0];
    for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts = starts;
    return starts;
  }
}

/** The index of the last start that is not behind `offset`. */
function findLine(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
