// What a client accepts: Accept and its kin, read as Apache reads them, which is more lenient than RFC 9110 section 12.
// The types of variants are written in the same way, with `qs` for `q`.

import { lowerAscii } from '../../kit/ascii.ts';

/** One name of a list, in lower case, and what stands behind it. */
export interface Accepted {
  readonly name: string;
  /** 0 to 1; single precision, as products are compared. */
  readonly quality: number;
  readonly level: number;
  readonly charset: string;
}

/** What server-parsed HTML was called when types were negotiated for it. */
export const PARSED_HTML = 'text/x-server-parsed-html';
export const PARSED_HTML3 = 'text/x-server-parsed-html3';

/** Levels of types that do not say theirs. */
const LEVELS: Readonly<Record<string, number>> = { 'text/html': 2, [PARSED_HTML]: 2, [PARSED_HTML3]: 3 };

function isSpace(char: string | undefined): boolean {
  return char === ' ' || (char !== undefined && char >= '\t' && char <= '\r');
}

/** Reads tokens that end at `,` and `;`, outside quotes. */
export class TokenReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isOver(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The next token and the blanks around it; without `withBlanks` a blank ends it, too. */
  token(withBlanks = false): string {
    this.#skipSpace();
    const start = this.#at;
    while (!this.isOver && !this.#isEnd(withBlanks)) this.#step();
    const token = this.#text.slice(start, this.#at);
    this.#skipSpace();
    return token;
  }

  /** Steps over one of `chars`; false where something else stands. */
  skip(chars: string): boolean {
    const char = this.#text[this.#at];
    if (char === undefined || !chars.includes(char)) return false;
    this.#at += 1;
    return true;
  }

  #isEnd(withBlanks: boolean): boolean {
    const char = this.#text[this.#at];
    return char === ';' || char === ',' || (!withBlanks && isSpace(char));
  }

  #step(): void {
    const isQuote = this.#text[this.#at] === '"';
    this.#at += 1;
    if (!isQuote) return;
    const end = this.#text.indexOf('"', this.#at);
    this.#at = end < 0 ? this.#text.length : end + 1;
  }

  #skipSpace(): void {
    while (isSpace(this.#text[this.#at])) this.#at += 1;
  }
}

/** `0.5`, `.5` or `0`: at most three digits; whatever is none of them is 1. */
export function readQuality(text: string): number {
  const match = /^\s*(?:0?\.([0-9]{0,3})|0)/.exec(text);
  if (match === null) return 1;
  return Math.fround(Number((match[1] ?? '').padEnd(3, '0')) / 1000);
}

/** `name = value`, the name in lower case; undefined without `=`. */
function readParameter(text: string): { readonly name: string; readonly value: string } | undefined {
  const match = /^([^\s=]*)[\s=]+(?:"([^"\r\n]*)|(\S*))/.exec(text);
  if (match === null) return undefined;
  return { name: lowerAscii(match[1]!), value: lowerAscii(match[2] ?? match[3] ?? '') };
}

/** The next name with its parameters. */
function readEntry(reader: TokenReader): Accepted {
  const name = lowerAscii(reader.token());
  let quality = 1;
  let level = LEVELS[name] ?? 0;
  let charset = '';
  while (reader.skip(';')) {
    const parameter = readParameter(reader.token(true));
    if (parameter === undefined) continue;
    const { value } = parameter;
    if (parameter.name === 'q' || parameter.name === 'qs') quality = readQuality(value);
    else if (parameter.name === 'level') level = Number.parseInt(value, 10) || 0;
    else if (parameter.name === 'charset') charset = value;
  }
  reader.skip(',');
  return { name, quality, level, charset };
}

/** A whole field; undefined where there is none. */
export function readAccepted(field: string | undefined): Accepted[] | undefined {
  if (field === undefined) return undefined;
  const reader = new TokenReader(field);
  const accepted: Accepted[] = [];
  while (!reader.isOver) accepted.push(readEntry(reader));
  return accepted;
}

/** The type of a variant. */
export function readType(text: string): Accepted {
  return readEntry(new TokenReader(text));
}
