// Filling in a template: one pass from left to right, what is put in is never read again.

import type { Waiting } from '../kit/wait.ts';
import { when } from '../kit/wait.ts';
import { type BackrefEscape, escapeBackref } from './escape.ts';
import { lookUp } from './look-up.ts';
import type { Pass } from './pass.ts';
import { readVariable, readVariableNow } from './read-variable.ts';
import type { BackrefSegment, MapSegment, Segment, Template } from './template.ts';

/** Expands a template that never waits. */
export function expandNow(template: Template, pass: Pass, escaping?: BackrefEscape): string {
  if (template.literal !== undefined) return template.literal;
  let text = '';
  for (const segment of template.segments) text += pieceNow(segment, pass, escaping);
  return text;
}

/** Expands any template. */
export function* expand(template: Template, pass: Pass, escaping?: BackrefEscape): Waiting<string> {
  if (!template.waits) return expandNow(template, pass, escaping);
  return (yield* expandPieces(template, pass, escaping)).join('');
}

/** Expands segment by segment, so that the caller can tell what came from the text and what from the request. */
export function* expandPieces(
  template: Template,
  pass: Pass,
  escaping: BackrefEscape | undefined,
): Waiting<string[]> {
  if (!template.waits) return expandPiecesNow(template, pass, escaping);
  const pieces: string[] = [];
  for (const segment of template.segments) pieces.push(yield* piece(segment, pass, escaping));
  return pieces;
}

/** The same for a template that never waits. */
export function expandPiecesNow(
  template: Template,
  pass: Pass,
  escaping: BackrefEscape | undefined,
): string[] {
  const pieces: string[] = [];
  for (let i = 0; i < template.segments.length; i++)
    pieces.push(pieceNow(template.segments[i]!, pass, escaping));
  return pieces;
}

function pieceNow(segment: Segment, pass: Pass, escaping: BackrefEscape | undefined): string {
  if (typeof segment === 'string') return segment;
  if (segment.kind === 'backref') return backref(segment, pass, escaping);
  return segment.kind === 'variable' ? readVariableNow(segment.variable, pass) : '';
}

function* piece(segment: Segment, pass: Pass, escaping: BackrefEscape | undefined): Waiting<string> {
  if (typeof segment === 'string' || segment.kind === 'backref') return pieceNow(segment, pass, escaping);
  if (segment.kind === 'variable') return yield* when(readVariable(segment.variable, pass));
  return yield* mapValue(segment, pass, escaping);
}

function backref(segment: BackrefSegment, pass: Pass, escaping: BackrefEscape | undefined): string {
  const captures = segment.of === 'rule' ? pass.ruleCaptures : pass.condCaptures;
  const value = captures[segment.group] ?? '';
  if (!escaping || value === '') return value;
  const escaped = escapeBackref(value, escaping);
  if (pass.traceLevel >= 5) pass.trace('escapeBackref', value, escaped);
  return escaped;
}

function* mapValue(segment: MapSegment, pass: Pass, escaping: BackrefEscape | undefined): Waiting<string> {
  const key = yield* expand(segment.key, pass, escaping);
  const value = yield* lookUp(segment.map, key, pass);
  if (value !== null) return value;
  return segment.fallback ? yield* expand(segment.fallback, pass, escaping) : '';
}
