// Texts with $1, %1, %{NAME} and ${map:key|default} in them, read once when the configuration is.
// Substitutions, test strings, flag values, map keys and defaults are all of this kind. Filling them in: expand.ts.

import { compileVariable, mayWait, type Variable } from './variables.ts';

/** A capture: of the rule's own pattern (`$N`) or of the last condition that matched (`%N`). */
export interface BackrefSegment {
  readonly kind: 'backref';
  readonly of: 'rule' | 'condition';
  readonly group: number;
}

export interface VariableSegment {
  readonly kind: 'variable';
  readonly variable: Variable;
  /** The name as written. */
  readonly name: string;
}

export interface MapSegment {
  readonly kind: 'map';
  readonly map: string;
  readonly key: Template;
  readonly fallback: Template | undefined;
}

/** A string is literal text, escapes already taken out. */
export type Segment = string | BackrefSegment | VariableSegment | MapSegment;

/** A text ready to be expanded. */
export interface Template {
  /** As written. */
  readonly text: string;
  readonly segments: readonly Segment[];
  /** The whole result, when nothing in the text depends on the request. */
  readonly literal: string | undefined;
  /** Expanding it may have to wait (maps, look-aheads, DNS). */
  readonly waits: boolean;
}

/** Reads a text. Any text is one: what does not read as an expansion is literal. */
export function compileTemplate(text: string): Template {
  const segments = readSegments(text);
  const isLiteral = segments.every((segment) => typeof segment === 'string');
  return {
    text,
    segments,
    literal: isLiteral ? segments.join('') : undefined,
    waits: segments.some(segmentWaits),
  };
}

function segmentWaits(segment: Segment): boolean {
  if (typeof segment === 'string' || segment.kind === 'backref') return false;
  return segment.kind === 'map' || mayWait(segment.variable);
}

interface Found {
  /** Undefined for an expansion that is always empty. */
  readonly segment: Segment | undefined;
  readonly length: number;
}

function readSegments(text: string): Segment[] {
  const segments: Segment[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    const found = readSegment(text, at);
    if (typeof found.segment === 'string') literal += found.segment;
    else if (found.segment) {
      if (literal) segments.push(literal);
      literal = '';
      segments.push(found.segment);
    }
    at += found.length;
  }
  if (literal) segments.push(literal);
  return segments;
}

function readSegment(text: string, at: number): Found {
  const char = text[at]!;
  const next = text[at + 1];
  if (char === '\\') return next === undefined ? { segment: char, length: 1 } : { segment: next, length: 2 };
  if (char !== '$' && char !== '%') return readPlain(text, at);
  if (next === '{') return readBraces(text, at);
  if (next !== undefined && next >= '0' && next <= '9') {
    const of = char === '$' ? 'rule' : 'condition';
    return { segment: { kind: 'backref', of, group: Number(next) }, length: 2 };
  }
  return { segment: char, length: 1 };
}

function readPlain(text: string, at: number): Found {
  let end = at;
  while (end < text.length && !'\\$%'.includes(text[end]!)) end++;
  return { segment: text.slice(at, end), length: end - at };
}

function readBraces(text: string, at: number): Found {
  const opening = text.slice(at, at + 2);
  const close = closingBrace(text, at + 2);
  if (close < 0) return { segment: opening, length: 2 };
  const length = close + 1 - at;
  const inside = text.slice(at + 2, close);
  if (text[at] === '%') {
    const variable = compileVariable(inside);
    return { segment: variable && { kind: 'variable', variable, name: inside }, length };
  }
  const colon = outsideBraces(inside, ':', 0);
  if (colon < 0) return { segment: opening, length: 2 };
  const bar = outsideBraces(inside, '|', colon + 1);
  return { segment: mapSegment(inside, colon, bar), length };
}

function mapSegment(inside: string, colon: number, bar: number): MapSegment {
  return {
    kind: 'map',
    map: inside.slice(0, colon),
    key: compileTemplate(bar < 0 ? inside.slice(colon + 1) : inside.slice(colon + 1, bar)),
    fallback: bar < 0 ? undefined : compileTemplate(inside.slice(bar + 1)),
  };
}

// Braces nest; a backslash does not protect one here.
function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) return i;
  }
  return -1;
}

function outsideBraces(text: string, wanted: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    if (text[i] === wanted && depth === 0) return i;
    if (text[i] === '{') depth++;
    else if (text[i] === '}') depth--;
  }
  return -1;
}
