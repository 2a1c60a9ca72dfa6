// A body in which text is replaced line by line. What is held is the end of a piece that is no whole line yet.

import { FilterError } from '../../request/output-filters.ts';
import type { BodySource } from '../../wire/body.ts';
import { FilteredBody } from '../../wire/filtered-body.ts';
import type { Pattern } from './pattern.ts';
import { LineTooLong, replaceLine } from './replace.ts';

const NEWLINE = 0x0a;

export class SubstitutedBody extends FilteredBody {
  readonly #patterns: readonly Pattern[];
  readonly #longest: number;
  readonly #onTooLong: () => void;
  /** The line that has begun. */
  #begun: string[] = [];
  #begunLength = 0;

  constructor(source: BodySource, patterns: readonly Pattern[], longest: number, onTooLong: () => void) {
    super(source);
    this.#patterns = patterns;
    this.#longest = longest;
    this.#onTooLong = onTooLong;
  }

  protected take(chunk: Buffer): void {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last < 0) this.#keep(chunk.toString('latin1'));
    else {
      const lines = this.#takeBegun() + chunk.toString('latin1', 0, last + 1);
      this.#guarded(() => this.#giveLines(lines));
      this.#keep(chunk.toString('latin1', last + 1));
    }
  }

  protected finish(): void {
    const line = this.#takeBegun();
    if (line !== '') this.#guarded(() => this.#giveText(this.#replaced(line)));
  }

  #keep(text: string): void {
    if (text === '') return;
    this.#begun.push(text);
    this.#begunLength += text.length;
    if (this.#begunLength > this.#longest) this.#tooLong();
  }

  #takeBegun(): string {
    const begun = this.#begun.join('');
    this.#begun = [];
    this.#begunLength = 0;
    return begun;
  }

  #giveLines(text: string): void {
    let changed = '';
    for (let at = 0; at < text.length; ) {
      const end = text.indexOf('\n', at) + 1;
      changed += this.#replaced(text.slice(at, end));
      at = end;
    }
    this.#giveText(changed);
  }

  #replaced(line: string): string {
    if (line.length > this.#longest) throw new LineTooLong();
    return replaceLine(line, this.#patterns, this.#longest);
  }

  #giveText(text: string): void {
    this.give(Buffer.from(text, 'latin1'));
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof LineTooLong)) throw error;
      this.#tooLong();
    }
  }

  #tooLong(): void {
    this.#begun = [];
    this.#onTooLong();
    this.breakOff(new FilterError());
  }
}
