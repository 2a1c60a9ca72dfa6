// Text to logical lines: continuations joined, blanks trimmed, comments and empty lines dropped.
// Owns what a line is; words inside it belong to words.ts.

import type { Diagnostic } from '../kit/diagnostic.ts';
import type { Place } from '../kit/place.ts';
import type { Source } from './source.ts';

/** From `at` on, the line's text is the source's text from `from` on. */
export interface Piece {
  readonly at: number;
  readonly from: number;
  /** True for text that stands for a `${NAME}`: all of it comes from the one place. */
  readonly replaced?: boolean;
}

/** A directive or a section's opening or closing, trimmed and in one piece. */
export class LogicalLine {
  readonly source: Source;
  readonly text: string;
  readonly pieces: readonly Piece[];

  constructor(source: Source, text: string, pieces: readonly Piece[]) {
    this.source = source;
    this.text = text;
    this.pieces = pieces;
  }

  /** Where the byte at `offset` of the line's text was written. */
  placeAt(offset = 0): Place {
    return this.source.placeAt(this.offsetInSource(offset));
  }

  offsetInSource(offset: number): number {
    let piece = this.pieces[0]!;
    for (const next of this.pieces) {
      if (next.at > offset) break;
      piece = next;
    }
    return piece.replaced ? piece.from : piece.from + (offset - piece.at);
  }
}

export interface LexerResult {
  readonly lines: readonly LogicalLine[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Apache's bound for a line with its continuations. */
export const maxLineLength: number = 16 * 1024 * 1024;

/**
 * Splits a source into logical lines. A backslash before a line end joins the next line, also in comments; `#` starts
 * a comment only as the first non-blank byte. Lines that cannot be used are left out and reported.
 */
export function readLines(source: Source): LexerResult {
  const lines: LogicalLine[] = [];
  const diagnostics: Diagnostic[] = [];
  for (let at = 0; at < source.text.length; ) {
    const joined = joinLine(source, at);
    at = joined.next;
    const line = trimLine(joined.line);
    if (line.text === '' || line.text.startsWith('#')) continue;
    const fault = checkLine(line);
    if (fault) diagnostics.push(fault);
    else lines.push(line);
  }
  return { lines, diagnostics };
}

function joinLine(source: Source, start: number): { line: LogicalLine; next: number } {
  const { text } = source;
  const pieces: Piece[] = [];
  let joined = '';
  for (let from = start; ; ) {
    const newline = text.indexOf('\n', from);
    const next = newline < 0 ? text.length : newline + 1;
    let end = newline < 0 ? text.length : newline;
    if (newline >= 0 && end > from && text[end - 1] === '\r') end--;
    const continues = newline >= 0 && end > from && text[end - 1] === '\\';
    pieces.push({ at: joined.length, from });
    joined += text.slice(from, continues ? end - 1 : end);
    if (!continues || next === text.length) return { line: new LogicalLine(source, joined, pieces), next };
    from = next;
  }
}

function trimLine(line: LogicalLine): LogicalLine {
  const { source, text } = line;
  let start = 0;
  while (start < text.length && isBlank(text.charCodeAt(start))) start++;
  let end = text.length;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length
    ? line
    : new LogicalLine(source, text.slice(start, end), shift(line, start));
}

/** The pieces of a line whose first `start` bytes are cut off. */
function shift(line: LogicalLine, start: number): readonly Piece[] {
  if (line.pieces.length === 1) return [{ at: 0, from: line.pieces[0]!.from + start }];
  const later = line.pieces.filter((piece) => piece.at > start);
  return [
    { at: 0, from: line.offsetInSource(start) },
    ...later.map((piece) => ({ at: piece.at - start, from: piece.from })),
  ];
}

function checkLine(line: LogicalLine): Diagnostic | undefined {
  if (line.text.length > maxLineLength)
    return { code: 'conf/line-too-long', severity: 'error', place: line.placeAt(), message: 'Line too long' };
  const nul = line.text.indexOf('\0');
  if (nul < 0) return undefined;
  return {
    code: 'conf/nul-byte',
    severity: 'error',
    place: line.placeAt(nul),
    message: 'NUL byte in a configuration line',
    why: 'Configuration is read as bytes; text in UTF-16 has a NUL beside each letter.',
    hint: 'Save the file as UTF-8 without a byte order mark.',
  };
}

/** The bytes that C's isspace() takes for blanks. */
export function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** The text without the blanks around it. Not String#trim, which takes the byte 0xA0 for a blank. */
export function trimBlanks(text: string): string {
  let start = 0;
  while (start < text.length && isBlank(text.charCodeAt(start))) start++;
  let end = text.length;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}
