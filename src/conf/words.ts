// Words of a line, with Apache's quoting: a word in " or ' runs to the same quote; a backslash escapes that quote and
// a backslash, and in a bare word a backslash only.

import { isBlank } from './lexer.ts';

export interface Word {
  /** Without quotes and escapes. */
  readonly text: string;
  /** Where the word begins as written, its quote included. */
  readonly start: number;
  /** Where the next word or the end begins. */
  readonly next: number;
  readonly quote?: '"' | "'";
  /** True when the closing quote is missing. */
  readonly open?: boolean;
}

/** The word that begins at or after `from`; undefined when there is none. */
export function readWord(text: string, from = 0): Word | undefined {
  const start = skipBlanks(text, from);
  if (start >= text.length) return undefined;
  const quote = text[start];
  return quote === '"' || quote === "'" ? readQuoted(text, start, quote) : readBare(text, start);
}

/** All words of a text. */
export function splitWords(text: string, from = 0): Word[] {
  const words: Word[] = [];
  for (let word = readWord(text, from); word; word = readWord(text, word.next)) words.push(word);
  return words;
}

/** Writes a word so that reading it gives the same word again; bare where possible. */
export function quoteWord(word: string): string {
  if (word !== '' && !/[\s\\]/.test(word) && !/^["'#<]/.test(word)) return word;
  return `"${word.replace(/["\\]/g, '\\$&')}"`;
}

function readQuoted(text: string, start: number, quote: '"' | "'"): Word {
  let end = start + 1;
  while (end < text.length && text[end] !== quote) {
    const after = text[end + 1];
    end += text[end] === '\\' && (after === quote || after === '\\') ? 2 : 1;
  }
  const open = end >= text.length;
  const inside = unescapeWord(text.slice(start + 1, end), quote);
  const next = skipBlanks(text, open ? end : end + 1);
  return open ? { text: inside, start, next, quote, open } : { text: inside, start, next, quote };
}

function readBare(text: string, start: number): Word {
  let end = start;
  while (end < text.length && !isBlank(text.charCodeAt(end))) end++;
  return { text: unescapeWord(text.slice(start, end)), start, next: skipBlanks(text, end) };
}

function unescapeWord(text: string, quote?: '"' | "'"): string {
  if (!text.includes('\\')) return text;
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const after = text[i + 1];
    if (text[i] === '\\' && (after === '\\' || (quote && after === quote))) i++;
    out += text[i];
  }
  return out;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && isBlank(text.charCodeAt(at))) at++;
  return at;
}
