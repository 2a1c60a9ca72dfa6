// A comma-separated list read from its end. What stands at the end was written by who is nearest; what a client puts in
// front is not even looked at before everything behind it has been read, and cannot change how that is read.

import { trimBlanks } from '../../wire/field-syntax.ts';

/** Where the last element of `text.slice(0, end)` begins: behind a comma, or 0. */
type FindStart = (text: string, end: number) => number;

export class ListTail {
  readonly #text: string;
  readonly #findStart: FindStart;
  #end: number;

  private constructor(text: string, findStart: FindStart) {
    this.#text = text;
    this.#findStart = findStart;
    this.#end = text.length;
  }

  /** A list in which a comma is always a comma. */
  static ofWords(text: string): ListTail {
    return new ListTail(text, startOfWord);
  }

  /** A list whose elements may hold quoted strings (RFC 9110 section 5.6.4). */
  static ofQuotables(text: string): ListTail {
    return new ListTail(text, startOfQuotable);
  }

  /** The next element to the left, without blanks around it; empty ones do not count (RFC 9110 section 5.6.1). */
  next(): string | undefined {
    while (this.#end > 0) {
      const start = this.#findStart(this.#text, this.#end);
      const element = trimBlanks(this.#text.slice(start, this.#end));
      this.#end = start - 1;
      if (element !== '') return element;
    }
    return undefined;
  }

  /** What has not been read: '' at the beginning of the list. */
  get rest(): string {
    return trimBlanks(this.#text.slice(0, Math.max(this.#end, 0)));
  }
}

function startOfWord(text: string, end: number): number {
  return text.lastIndexOf(',', end - 1) + 1;
}

/** A quoted string that nobody opened makes one element of all that is left, which no grammar accepts. */
function startOfQuotable(text: string, end: number): number {
  for (let at = end - 1; at >= 0; at--) {
    if (text[at] === ',') return at + 1;
    if (text[at] === '"') at = openingQuote(text, at);
  }
  return 0;
}

/** Inside a quoted string a quote has a backslash before it; the one that opens it has `=`. */
function openingQuote(text: string, closing: number): number {
  let at = text.lastIndexOf('"', closing - 1);
  while (at > 0 && text[at - 1] === '\\') at = text.lastIndexOf('"', at - 1);
  return closing === 0 ? -1 : at;
}
