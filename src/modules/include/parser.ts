// Documents with elements `<!--#name argument="value" -->`: bytes → text and elements, piece by piece. Owns the syntax,
// with all that Apache forgives; what an element does is elements.ts.
//
//   text ─ start tag ─> name ─> before an argument ─> argument name ─> = ─> value ─> before an argument … ─ end tag ─> text

import { lowerAscii } from '../../kit/ascii.ts';

export interface ElementArgument {
  readonly name: string;
  /** Undefined without `=`. */
  readonly value: string | undefined;
}

export interface Element {
  /** In lower case. */
  readonly name: string;
  readonly args: readonly ElementArgument[];
  /** What is wrong with its syntax, as Apache says it. */
  readonly fault: string | undefined;
}

export type Token = { readonly text: string } | { readonly element: Element };

type State =
  | 'text'
  | 'name'
  | 'before-argument'
  | 'argument-name'
  | 'before-equals'
  | 'before-value'
  | 'value';

const BLANK = /[ \t\n\v\f\r]/;
const QUOTE = /["'`]/;

/** More than this is no element: nobody writes it, and it would have to be held. */
const LONGEST_ELEMENT = 1 << 20;

export class DocumentParser {
  readonly #startTag: string;
  readonly #endTag: string;
  #state: State = 'text';
  /** What is not taken yet. */
  #rest = '';
  #at = 0;
  #size = 0;
  #word = '';
  #quote = '';
  #name = '';
  #argument = '';
  #args: ElementArgument[] = [];
  #fault: string | undefined = undefined;
  #tokens: Token[] = [];

  constructor(startTag: string, endTag: string) {
    this.#startTag = startTag;
    this.#endTag = endTag;
  }

  /** The document ends inside an element. */
  get isOpen(): boolean {
    return this.#state !== 'text';
  }

  /** What the next piece of the document brings to an end. */
  feed(piece: string): readonly Token[] {
    this.#rest = this.#rest.slice(this.#at) + piece;
    this.#at = 0;
    this.#tokens = [];
    while (this.#step());
    return this.#tokens;
  }

  /** The document is over: text that looked like the beginning of an element is text. */
  end(): readonly Token[] {
    const rest = this.#rest.slice(this.#at);
    this.#rest = '';
    this.#at = 0;
    return this.#state === 'text' && rest !== '' ? [{ text: rest }] : [];
  }

  /** Takes what it can; false when more of the document is needed. */
  #step(): boolean {
    if (this.#state === 'text') return this.#takeText();
    const before = this.#at;
    const goesOn = this.#takePart();
    this.#size += this.#at - before;
    if (this.#size > LONGEST_ELEMENT) this.#finish('element is too long');
    return goesOn;
  }

  #takePart(): boolean {
    switch (this.#state) {
      case 'name':
        return this.#takeName();
      case 'before-argument':
        return this.#takeBeforeArgument();
      case 'argument-name':
        return this.#takeArgumentName();
      case 'before-equals':
        return this.#takeEquals();
      case 'before-value':
        return this.#takeBeforeValue();
      default:
        return this.#takeValue();
    }
  }

  #takeText(): boolean {
    const start = this.#rest.indexOf(this.#startTag, this.#at);
    if (start < 0) {
      const end = this.#rest.length - beginningAtEnd(this.#rest.slice(this.#at), this.#startTag);
      this.#giveText(end);
      return false;
    }
    this.#giveText(start);
    this.#at = start + this.#startTag.length;
    this.#state = 'name';
    this.#size = 0;
    this.#word = '';
    this.#args = [];
    this.#fault = undefined;
    return true;
  }

  #giveText(end: number): void {
    if (end > this.#at) this.#tokens.push({ text: this.#rest.slice(this.#at, end) });
    this.#at = end;
  }

  /** Is this the end tag? Undefined while that cannot be told. */
  #isEndTag(): boolean | undefined {
    const seen = this.#rest.slice(this.#at, this.#at + this.#endTag.length);
    if (seen === this.#endTag) return true;
    return this.#endTag.startsWith(seen) ? undefined : false;
  }

  /** Up to white space or the end tag: `<!--#printenv-->` needs no blank. */
  #takeName(): boolean {
    while (this.#at < this.#rest.length) {
      const char = this.#rest[this.#at]!;
      if (BLANK.test(char)) {
        this.#endName();
        this.#state = 'before-argument';
        return true;
      }
      if (char === this.#endTag[0]) {
        const isEnd = this.#isEndTag();
        if (isEnd === undefined) return false;
        if (isEnd) {
          this.#endName();
          this.#at += this.#endTag.length;
          this.#finish();
          return true;
        }
      }
      this.#word += char;
      this.#at++;
    }
    return false;
  }

  #endName(): void {
    this.#name = lowerAscii(this.#word);
    if (this.#name === '') this.#fault = 'AH01368: missing directive name in parsed document';
  }

  #skipBlanks(): boolean {
    while (this.#at < this.#rest.length && BLANK.test(this.#rest[this.#at]!)) this.#at++;
    return this.#at < this.#rest.length;
  }

  #takeBeforeArgument(): boolean {
    if (!this.#skipBlanks()) return false;
    if (this.#rest[this.#at] === this.#endTag[0]) {
      const isEnd = this.#isEndTag();
      if (isEnd === undefined) return false;
      if (isEnd) {
        this.#at += this.#endTag.length;
        this.#finish();
        return true;
      }
    }
    this.#word = '';
    this.#argument = '';
    if (QUOTE.test(this.#rest[this.#at]!)) {
      this.#missName();
      this.#quote = this.#rest[this.#at++]!;
      this.#state = 'value';
    } else this.#state = 'argument-name';
    return true;
  }

  #missName(): void {
    this.#fault ??= `AH01369: missing argument name for value to tag ${this.#name}`;
  }

  #takeArgumentName(): boolean {
    while (this.#at < this.#rest.length) {
      const char = this.#rest[this.#at]!;
      if (char === '=' || BLANK.test(char)) {
        this.#argument = lowerAscii(this.#word);
        if (this.#argument === '') this.#missName();
        this.#state = 'before-equals';
        return true;
      }
      this.#word += char;
      this.#at++;
    }
    return false;
  }

  #takeEquals(): boolean {
    if (!this.#skipBlanks()) return false;
    if (this.#rest[this.#at] === '=') {
      this.#at++;
      this.#state = 'before-value';
    } else {
      this.#args.push({ name: this.#argument, value: undefined });
      this.#state = 'before-argument';
    }
    return true;
  }

  #takeBeforeValue(): boolean {
    if (!this.#skipBlanks()) return false;
    const char = this.#rest[this.#at]!;
    this.#quote = QUOTE.test(char) ? char : '';
    if (this.#quote !== '') this.#at++;
    this.#word = '';
    this.#state = 'value';
    return true;
  }

  /** Up to the same quote, which a backslash takes its meaning from; without quotes up to white space. */
  #takeValue(): boolean {
    while (this.#at < this.#rest.length) {
      const char = this.#rest[this.#at]!;
      const isEnd = this.#quote === '' ? BLANK.test(char) : char === this.#quote;
      if (isEnd) {
        this.#at++;
        this.#args.push({ name: this.#argument, value: this.#word });
        this.#state = 'before-argument';
        return true;
      }
      if (char === '\\' && this.#quote !== '') {
        if (this.#at + 1 === this.#rest.length) return false;
        if (this.#rest[this.#at + 1] === this.#quote) this.#at++;
      }
      this.#word += this.#rest[this.#at++]!;
    }
    return false;
  }

  #finish(fault: string | undefined = this.#fault): void {
    this.#tokens.push({ element: { name: this.#name, args: this.#args, fault } });
    this.#state = 'text';
  }
}

/** How much of the end of `text` may be the beginning of `tag`. */
function beginningAtEnd(text: string, tag: string): number {
  for (let size = Math.min(tag.length - 1, text.length); size > 0; size--)
    if (text.endsWith(tag.slice(0, size))) return size;
  return 0;
}
