// LogFormat strings: compiled once to a list of readers, run once per request. What the items say is items.ts; where
// lines go is index.ts.

import type { Exchange } from '../../request/exchange.ts';
import { ITEMS, type Item } from './items.ts';

/** One line's text from the first exchange of a chain. */
export type LogFormat = (x: Exchange) => string;

export interface FormatError {
  readonly message: string;
}

/** `%` with what stands between it and its letter, in any order and number. */
interface Directive {
  readonly item: Item;
  readonly argument: string;
  /** `<` or `>`, the last one. */
  readonly mark: string | undefined;
  /** Which statuses it is logged for: `%400,501{User-agent}i`, `%!200…`. */
  readonly statuses: readonly number[];
  readonly isNegated: boolean;
  /** Index behind it. */
  readonly end: number;
}

/** Compiles a format string; `\\`, `\n`, `\r` and `\t` in it are escapes. */
export function compileLogFormat(text: string): LogFormat | FormatError {
  const parts: (string | LogFormat)[] = [];
  let at = 0;
  while (at < text.length) {
    const percent = text.indexOf('%', at);
    const literal = percent < 0 ? text.slice(at) : text.slice(at, percent);
    if (literal !== '') parts.push(unescapeLiteral(literal));
    if (percent < 0) break;
    if (text[percent + 1] === '%') {
      parts.push('%');
      at = percent + 2;
      continue;
    }
    const directive = parseDirective(text, percent + 1);
    if ('message' in directive) return directive;
    parts.push(compileDirective(directive));
    at = directive.end;
  }
  return joinParts(parts);
}

const LITERAL_ESCAPES: { readonly [letter: string]: string } = { '\\': '\\', r: '\r', n: '\n', t: '\t' };

function unescapeLiteral(text: string): string {
  return text.replace(/\\([\\rnt])/g, (_, letter: string) => LITERAL_ESCAPES[letter]!);
}

const MODIFIER = /!|[<>]|,|\{([^}]*)\}+|\d+/y;

function parseDirective(text: string, start: number): Directive | FormatError {
  let argument = '';
  let mark: string | undefined;
  let isNegated = false;
  const statuses: number[] = [];
  let at = start;
  for (;;) {
    MODIFIER.lastIndex = at;
    const found = MODIFIER.exec(text);
    if (found === null) break;
    const word = found[0];
    if (word === '!') isNegated = !isNegated;
    else if (word === '<' || word === '>') mark = word;
    else if (word.startsWith('{')) argument = found[1]!;
    else if (word !== ',') statuses.push(Number(word));
    at = MODIFIER.lastIndex;
  }
  const letter = itemName(text, at);
  if (letter === '' || letter === '{')
    return { message: 'Ran off end of LogFormat parsing args to some directive' };
  const item = ITEMS.get(letter);
  if (item === undefined) return { message: `Unrecognized LogFormat directive %${letter[0]}` };
  return { item, argument, mark, statuses, isNegated, end: at + letter.length };
}

/** One byte, or three where they begin with `^` and are known. */
function itemName(text: string, at: number): string {
  const long = text.slice(at, at + 3);
  return long.startsWith('^') && ITEMS.has(long) ? long : text.slice(at, at + 1);
}

function compileDirective({ item, argument, mark, statuses, isNegated }: Directive): LogFormat {
  const read = item.compile(argument);
  const isOriginal = mark === undefined ? item.original === true : mark === '<';
  if (statuses.length > 0)
    return (first) => {
      const last = first.last();
      if (statuses.includes(last.status) === isNegated) return '-';
      return read(isOriginal ? first : last) ?? '-';
    };
  return isOriginal ? (first) => read(first) ?? '-' : (first) => read(first.last()) ?? '-';
}

function joinParts(parts: readonly (string | LogFormat)[]): LogFormat {
  return (x) => {
    let line = '';
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      line += typeof part === 'string' ? part : part(x);
    }
    return line;
  };
}
