// Accept-Encoding as mod_deflate and mod_brotli read it: names of codings and one look at a weight of zero.

import { equalsIgnoreCase } from '../../kit/ascii.ts';

const isSpace = (c: string): boolean => c === ' ' || (c >= '\t' && c <= '\r');

/** Reads words of a header value from left to right, as Apache's ap_get_token. */
class Words {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The byte at which reading goes on; '' at the end. */
  get next(): string {
    return this.#text.charAt(this.at);
  }

  #skipSpace(): void {
    while (this.next !== '' && isSpace(this.next)) this.at++;
  }

  /** Up to a comma or semicolon outside quotes, or to a space unless `withSpace`. */
  word(withSpace = false): string {
    this.#skipSpace();
    const from = this.at;
    while (this.next !== '' && this.next !== ',' && this.next !== ';' && (withSpace || !isSpace(this.next))) {
      if (this.next === '"') this.#skipQuoted();
      else this.at++;
    }
    const word = this.#text.slice(from, this.at);
    this.#skipSpace();
    return word;
  }

  #skipQuoted(): void {
    const end = this.#text.indexOf('"', this.at + 1);
    this.at = end < 0 ? this.#text.length : end + 1;
  }
}

/** `q=0`, with as many zeros as a weight may have. */
function isZeroWeight(word: string): boolean {
  return word.length >= 3 && 'q=0.000'.startsWith(word);
}

/** Does the client take this coding? Apache: only by its name, `*` is none, and weights count for zero alone. */
export function acceptsCoding(field: string, coding: string): boolean {
  const words = new Words(field);
  let word = words.word();
  while (word !== '' && !equalsIgnoreCase(word, coding)) {
    while (words.next === ';') {
      words.at++;
      words.word(true);
    }
    if (words.next === ',') words.at++;
    word = words.word();
  }
  if (word === '') return false;
  while (words.next === ';') words.at++;
  return !isZeroWeight(words.word(true));
}
