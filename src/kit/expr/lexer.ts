// Reads an expression's text token by token. Tokens bear the names Apache's error messages call them by.
// Quoted strings and `%{…}` change what counts as a token, so the parser asks for these by their own methods.

import { ExprSyntaxError } from './error.ts';

export interface Token {
  /** `T_ID`, `'('`, `$end` …: as messages spell it. */
  readonly name: string;
  readonly text: string;
  readonly offset: number;
  /** For T_ERROR what is wrong; for a regular expression its source. */
  readonly value?: string;
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ['true', 'T_TRUE'],
  ['false', 'T_FALSE'],
  ['not', 'T_OP_NOT'],
  ['and', 'T_OP_AND'],
  ['or', 'T_OP_OR'],
  ['in', 'T_OP_IN'],
  ...['eq', 'ne', 'lt', 'le', 'gt', 'ge'].map((word): [string, string] => [
    word,
    `T_OP_${word.toUpperCase()}`,
  ]),
]);

const SIGNS: ReadonlyMap<string, string> = new Map([
  ['=~', 'T_OP_REG'],
  ['!~', 'T_OP_NRE'],
  ['==', 'T_OP_STR_EQ'],
  ['=', 'T_OP_STR_EQ'],
  ['!=', 'T_OP_STR_NE'],
  ['<=', 'T_OP_STR_LE'],
  ['<', 'T_OP_STR_LT'],
  ['>=', 'T_OP_STR_GE'],
  ['>', 'T_OP_STR_GT'],
  ['!', 'T_OP_NOT'],
  ['&&', 'T_OP_AND'],
  ['||', 'T_OP_OR'],
  ['.', 'T_OP_CONCAT'],
]);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
]);

const UNTERMINATED = 'Unterminated string or variable';

export class Lexer {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get offset(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The next token of an expression, outside strings and variables. */
  next(): Token {
    this.#match(/[ \t\n\r]+/y);
    const offset = this.#at;
    if (this.atEnd) return { name: '$end', text: '', offset };
    return (
      this.#regex(offset) ??
      this.#token(/%\{/y, () => 'T_VAR_BEGIN') ??
      this.#token(/["']/y, () => 'T_STR_BEGIN') ??
      this.#token(/\$\d/y, () => 'T_REGEX_BACKREF') ??
      this.#token(/-?\d+/y, () => 'T_DIGIT') ??
      this.#token(/-[A-Za-z_]\w+/y, (text) => dashedWord(text.slice(1))) ??
      this.#token(/-[A-Za-z_]/y, () => 'T_OP_UNARY') ??
      this.#token(/[A-Za-z_]\w*/y, (text) => WORDS.get(text) ?? 'T_ID') ??
      this.#token(/[=!]~|[=!<>]=|&&|\|\||[=<>!.]/y, (text) => SIGNS.get(text) ?? text) ??
      this.#token(/[(){},]/y, (text) => `'${text}'`) ??
      this.#unknown(offset)
    );
  }

  #token(sticky: RegExp, name: (text: string) => string): Token | undefined {
    const offset = this.#at;
    const text = this.#match(sticky)?.[0];
    return text === undefined ? undefined : { name: name(text), text, offset };
  }

  /** `/…/`, `m#…#`, and `i` behind; the delimiter cannot be escaped. One that is not closed swallows the rest. */
  #regex(offset: number): Token | undefined {
    const found = this.#match(/(?:m(?=[/#$%^|?!'",;:.-])|(?=\/))(.)(.*?)(?:\1(i?)|$)/sy);
    if (!found) return undefined;
    if (found[3] === undefined) return { name: '$end', text: '', offset };
    return { name: found[3] ? 'T_REGEX_I' : 'T_REGEX', text: found[0], offset, value: found[2]! };
  }

  #unknown(offset: number): Token {
    const text = this.#text.charAt(this.#at++);
    return { name: 'T_ERROR', text, offset, value: `Parse error near '${text}'` };
  }

  /** What stands behind `%{`: a name and `}` or `:`. */
  variableName(): Token {
    const offset = this.#at;
    if (this.atEnd) return { name: 'T_ERROR', text: '', offset, value: UNTERMINATED };
    return (
      this.#token(/[A-Za-z_]\w*/y, () => 'T_ID') ??
      this.#token(/\}/y, () => 'T_VAR_END') ??
      this.#token(/:/y, () => "':'") ??
      this.#badName(offset)
    );
  }

  #badName(offset: number): Token {
    const text = this.#text.charAt(this.#at++);
    return { name: 'T_ERROR', text, offset, value: `Invalid character in variable name '${text}'` };
  }

  /**
   * The next piece of a string that ends with `end` (a quote, `}`, or the end of the text): literal text, `$1`, `%{`,
   * or the end itself. Throws on bad escapes and when the text stops short.
   */
  stringPiece(end: string): Token {
    const offset = this.#at;
    if (this.atEnd) {
      if (end !== '') throw new ExprSyntaxError(UNTERMINATED, offset);
      return { name: '$end', text: '', offset };
    }
    if (end !== '' && this.#text.startsWith(end, offset)) {
      this.#at++;
      return { name: end === '}' ? 'T_VAR_END' : 'T_STR_END', text: end, offset };
    }
    return (
      this.#token(/\$\d/y, () => 'T_REGEX_BACKREF') ??
      this.#token(/%\{/y, () => 'T_VAR_BEGIN') ?? {
        name: 'T_STRING',
        text: '',
        offset,
        // As Apache's strings are C's, a NUL ends a literal.
        value: this.#literal(end).split('\0', 1)[0]!,
      }
    );
  }

  #literal(end: string): string {
    let literal = '';
    for (;;) {
      const char = this.#text.charAt(this.#at);
      if (char === '' || char === end) return literal;
      if (/\$\d|%\{/y.test(this.#text.slice(this.#at, this.#at + 2))) return literal;
      if (end === '}' && (char === '"' || char === "'")) {
        throw new ExprSyntaxError('A quote inside %{…:…} needs a backslash', this.#at);
      }
      literal += char === '\\' ? this.#escape() : this.#text.charAt(this.#at++);
    }
  }

  #escape(): string {
    const offset = this.#at++;
    const digits = this.#match(/\d+/y)?.[0];
    if (digits === undefined) {
      if (this.atEnd) throw new ExprSyntaxError(UNTERMINATED, offset);
      const char = this.#text.charAt(this.#at++);
      return ESCAPES.get(char) ?? char;
    }
    if (!/^[0-7]{1,3}$/.test(digits)) throw new ExprSyntaxError('Bad escape sequence', offset);
    const code = Number.parseInt(digits, 8);
    if (code > 0xff) throw new ExprSyntaxError('Escape sequence out of bound', offset);
    return String.fromCharCode(code);
  }

  #match(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text);
    if (found) this.#at += found[0].length;
    return found;
  }
}

/** `-eq` and its like, and `-in`, are the words with a dash; everything else is an operator looked up by name. */
function dashedWord(word: string): string {
  return /^(?:eq|ne|lt|le|gt|ge|in)$/.test(word) ? (WORDS.get(word) ?? 'T_OP_BINARY') : 'T_OP_BINARY';
}
