// Words of a shell script as far as settings need them: quotes, escapes, `$NAME` and `${NAME…}`. Nothing is ever run:
// a word that would need a program to be read is a ShellLimit.

import { compileGlob } from '../kit/glob.ts';

/** What only a shell can read. */
export class ShellLimit extends Error {}

/** A word with its variables replaced; unquoted ones that come out empty are no words at all. */
export interface ShellWord {
  readonly text: string;
  readonly isQuoted: boolean;
}

export interface ShellVariables {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;

/** The commands of a line as written, split at `;`, `&&` and `||`; a comment ends the line. */
export interface ShellCommand {
  readonly text: string;
  /** What stands before it. */
  readonly after: '' | '&&' | '||';
}

export function splitCommands(line: string): ShellCommand[] {
  const commands: ShellCommand[] = [];
  let after: ShellCommand['after'] = '';
  let text = '';
  const end = (next: ShellCommand['after']): void => {
    if (text.trim() !== '') commands.push({ text: text.trim(), after });
    text = '';
    after = next;
  };
  for (let at = 0; at < line.length; ) {
    const token = /^(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|&&|\|\||;|[\s\S])/s.exec(line.slice(at))![0];
    at += token.length;
    if (token === '#' && /(?:^|\s)$/.test(text)) break;
    if (token === ';') end('');
    else if (token === '&&' || token === '||') end(token);
    else text += token;
  }
  end('');
  return commands;
}

/** True when a quote opened in the text is not closed: the next line belongs to it. */
export function isOpen(text: string): boolean {
  const rest = text.replace(/\\.|'[^']*'|"(?:\\.|[^"\\])*"|(?:^|\s)#.*$/gms, '');
  return /['"]/.test(rest);
}

/** The words of one command. */
export function readWords(command: string, variables: ShellVariables): ShellWord[] {
  const reader = new WordReader(command, variables);
  return reader.readAll().filter(({ text, isQuoted }) => text !== '' || isQuoted);
}

/** What a bare word cannot have without a shell's work on it. */
const SPECIAL = /[<>|&*?]/;

class WordReader {
  readonly #text: string;
  readonly #variables: ShellVariables;
  readonly #isOperand: boolean;
  #at = 0;

  /** In the operand of a `${…}` nothing is special. */
  constructor(text: string, variables: ShellVariables, isOperand: boolean = false) {
    this.#text = text;
    this.#variables = variables;
    this.#isOperand = isOperand;
  }

  readAll(): ShellWord[] {
    const words: ShellWord[] = [];
    for (;;) {
      while (/\s/.test(this.#peek())) this.#at++;
      if (this.#peek() === '') return words;
      words.push(this.#word());
    }
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #word(): ShellWord {
    let text = '';
    let isQuoted = false;
    for (let char = this.#peek(); char !== '' && !/\s/.test(char); char = this.#peek()) {
      if (char === "'") {
        isQuoted = true;
        text += this.#until("'");
      } else if (char === '"') {
        isQuoted = true;
        text += this.#doubleQuoted();
      } else text += this.#one(/[\s\S]/);
    }
    return { text, isQuoted };
  }

  #until(close: string): string {
    const end = this.#text.indexOf(close, this.#at + 1);
    if (end < 0) throw new ShellLimit('a quote is not closed');
    const inside = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return inside;
  }

  #doubleQuoted(): string {
    let text = '';
    this.#at++;
    for (let char = this.#peek(); char !== '"'; char = this.#peek()) {
      if (char === '') throw new ShellLimit('a quote is not closed');
      text += this.#one(/["$`\\]/);
    }
    this.#at++;
    return text;
  }

  /** One character, escape or variable. `escaped` are the characters that a backslash makes plain. */
  #one(escaped: RegExp): string {
    const char = this.#peek();
    if (char === '`' || (char === '(' && escaped.test('('))) throw new ShellLimit('it runs a program');
    if (char === '$') return this.#variable();
    this.#at++;
    if (char !== '\\') {
      if (!this.#isOperand && SPECIAL.test(char) && escaped.test(char))
        throw new ShellLimit(`it has a ${char}`);
      return char;
    }
    const next = this.#peek();
    if (next === '' || !escaped.test(next)) return char;
    this.#at++;
    return next;
  }

  #variable(): string {
    const rest = this.#text.slice(this.#at + 1);
    if (rest.startsWith('(')) throw new ShellLimit('it runs a program');
    if (rest.startsWith('{')) return this.#braced();
    const name = NAME.exec(rest)?.[0];
    if (name === undefined) throw new ShellLimit(`it uses $${rest.charAt(0)}`);
    this.#at += 1 + name.length;
    return this.#variables.get(name) ?? '';
  }

  #braced(): string {
    const end = closingBrace(this.#text, this.#at + 2);
    const inside = this.#text.slice(this.#at + 2, end);
    this.#at = end + 1;
    const name = NAME.exec(inside)?.[0];
    const operator = /^(?::?[-=+]|##?|%%?)?/.exec(inside.slice(name?.length ?? 0))![0];
    const operand = inside.slice((name?.length ?? 0) + operator.length);
    if (name === undefined || (operator === '' && operand !== ''))
      throw new ShellLimit(`it uses \${${inside}}`);
    const word = new WordReader(operand, this.#variables, true)
      .readAll()
      .map(({ text }) => text)
      .join(' ');
    return applyOperator(name, operator, word, this.#variables);
  }
}

function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  throw new ShellLimit('a ${ is not closed');
}

function applyOperator(name: string, operator: string, word: string, variables: ShellVariables): string {
  const value = variables.get(name);
  const isThere = value !== undefined && !(operator.startsWith(':') && value === '');
  switch (operator.replace(':', '')) {
    case '-':
      return isThere ? value : word;
    case '=':
      if (!isThere) variables.set(name, word);
      return isThere ? value : word;
    case '+':
      return isThere ? word : '';
    case '#':
    case '##':
      return cutStart(value ?? '', word, operator === '##');
    case '%':
    case '%%':
      return cutEnd(value ?? '', word, operator === '%%');
    default:
      return value ?? '';
  }
}

/** The lengths of a text from the shortest on, or from the longest. */
function lengths(text: string, isLongestFirst: boolean): number[] {
  const all = Array.from({ length: text.length + 1 }, (_, length) => length);
  return isLongestFirst ? all.reverse() : all;
}

function matches(pattern: string, text: string): boolean {
  return compileGlob(pattern)(text);
}

function cutStart(value: string, pattern: string, isLongest: boolean): string {
  const length = lengths(value, isLongest).find((many) => matches(pattern, value.slice(0, many)));
  return length === undefined ? value : value.slice(length);
}

function cutEnd(value: string, pattern: string, isLongest: boolean): string {
  const length = lengths(value, isLongest).find((many) => matches(pattern, value.slice(value.length - many)));
  return length === undefined ? value : value.slice(0, value.length - length);
}
