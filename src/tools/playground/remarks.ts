// From findings, whose places count bytes of a file, to remarks in the margin of the text that somebody has typed.

import type { Diagnostic } from '../../kit/diagnostic.ts';
import type { Place } from '../../kit/place.ts';
import type { Finding } from '../lint/index.ts';
import { readable } from '../readable.ts';
import { TYPED_FILE } from './typed-file.ts';

/** A remark in the margin: an error of the configuration, or something that is known to go wrong. */
export interface Remark {
  readonly severity: 'error' | 'warning' | 'note';
  readonly code: string;
  /** From 1, in the text; 0 where it is about no line of it. */
  readonly line: number;
  /** From 1, in UTF-16 units of the line. */
  readonly column: number;
  /** In UTF-16 units; never beyond the end of the line. */
  readonly length: number;
  readonly message: string;
  /** Why it matters, and what to write instead; '' where the message says it all. */
  readonly why: string;
  readonly mend: string;
}

export function remarkOf({ severity, diagnostic }: Finding): Remark {
  const { code, message, why = '', hint = '' } = diagnostic;
  const said = { severity, code, why: readable(why), mend: readable(hint) };
  const { place } = diagnostic;
  const typed = inTyped(place);
  const isElsewhere = place !== undefined && place !== typed;
  const text = isElsewhere ? `${place.file}:${place.line}: ${message}` : message;
  const span = typed === undefined ? NOWHERE : spanOf(typed, isElsewhere ? undefined : diagnostic);
  return { ...said, ...span, message: readable(text) };
}

/** Behind the others, where there may be more of them. */
export const UNFINISHED: Remark = {
  severity: 'note',
  code: 'lint/unfinished',
  line: 0,
  column: 0,
  length: 0,
  message: 'the text is long: there may be more to say about it',
  why: '',
  mend: 'portico lint FILE takes the time for all of it',
};

type Span = Pick<Remark, 'line' | 'column' | 'length'>;

const NOWHERE: Span = { line: 0, column: 0, length: 0 };

/** The place itself, or the line of the text that has brought its file or its macro in. */
function inTyped(place: Place | undefined): Place | undefined {
  for (let at = place; at !== undefined; at = at.includedFrom) if (at.file === TYPED_FILE) return at;
  return undefined;
}

function spanOf({ line, column, text }: Place, diagnostic: Diagnostic | undefined): Span {
  const end = text.endsWith('\\') ? text.length - 1 : text.length;
  const from = startOfCharacter(text, Math.min(column - 1, end));
  const wanted = from + (diagnostic === undefined ? end : (diagnostic.length ?? 1));
  // A directive goes on in the lines below; the blanks before the backslash are nobody's.
  const marked =
    wanted < end ? text.slice(from, endOfCharacter(text, wanted)) : text.slice(from, end).trimEnd();
  return { line, column: countUnits(text.slice(0, from)) + 1, length: Math.max(1, countUnits(marked)) };
}

function isContinuation(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xc0) === 0x80;
}

function startOfCharacter(text: string, at: number): number {
  let start = at;
  while (start > 0 && isContinuation(text, start)) start--;
  return start;
}

function endOfCharacter(text: string, at: number): number {
  let end = at;
  while (end < text.length && isContinuation(text, end)) end++;
  return end;
}

/** UTF-16 units of a text in UTF-8. */
function countUnits(bytes: string): number {
  return Buffer.from(bytes, 'latin1').toString('utf8').length;
}
