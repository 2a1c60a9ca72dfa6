// What went wrong in something a person wrote, and the one function that draws it.

import type { Place } from './place.ts';

/** One finding. `code` never changes its meaning; `message` is Apache's sentence where Apache has one. */
export interface Diagnostic {
  /** One of docs/errors.md, such as `conf/unknown-directive`. */
  readonly code: string;
  /** With an `error` the configuration cannot be used. */
  readonly severity: 'error' | 'warning' | 'info';
  /** What it is about; absent where no line is to blame. */
  readonly place?: Place;
  /** A byte string as the files have it: control bytes are not escaped. */
  readonly message: string;
  /** Why it matters here. */
  readonly why?: string;
  /** What to write instead. */
  readonly hint?: string;
  /** Bytes of the source line, from the place's column, that the finding is about. */
  readonly length?: number;
  /** The word for its severity, for a finding that is no refusal: the first line is then FILE:LINE:COLUMN: LABEL: TEXT. */
  readonly label?: string;
}

/** Wraps text in terminal colours, or leaves it alone. */
export interface Painter {
  error(text: string): string;
  warning(text: string): string;
  info(text: string): string;
  /** Line numbers, carets' rails, codes. */
  faint(text: string): string;
}

const plain: Painter = {
  error: (text) => text,
  warning: (text) => text,
  info: (text) => text,
  faint: (text) => text,
};

/** Lines longer than this are shown as a window around the caret. */
const longestLine = 160;

/**
 * Draws a finding: Apache's own lines first, then the source line with a caret, why, what to write instead, and the
 * Include lines that led to the file. Control bytes are shown escaped. Several lines, without a newline at the end.
 */
export function drawDiagnostic(diagnostic: Diagnostic, painter: Painter = plain): string {
  const { place, why, hint, code } = diagnostic;
  const lines = drawHead(diagnostic, painter);
  if (place) lines.push(...drawSource(diagnostic, place, painter));
  if (why) lines.push(`  ${escapeControls(why)}`);
  if (hint) lines.push(`  ${painter.info('hint:')} ${escapeControls(hint)}`);
  for (let from = place?.includedFrom; from; from = from.includedFrom)
    lines.push(painter.faint(`  included from ${escapeControls(from.file)}:${from.line}`));
  lines.push(painter.faint(`  [${code}]`));
  return lines.join('\n');
}

function drawHead({ severity, place, message, label: word }: Diagnostic, painter: Painter): string[] {
  const text = escapeControls(message);
  if (word !== undefined) {
    const at = place ? `${escapeControls(place.file)}:${place.line}:${place.column}: ` : '';
    return [`${at}${painter[severity](`${word}:`)} ${text}`];
  }
  if (severity === 'error') {
    if (!place) return [painter.error(text)];
    const where = `AH00526: Syntax error on line ${place.line} of ${escapeControls(place.file)}:`;
    return [where, painter.error(text)];
  }
  const label = severity === 'warning' ? painter.warning('warning:') : painter.info('info:');
  const where = place ? `${escapeControls(place.file)}:${place.line}: ` : '';
  return [`${where}${label} ${text}`];
}

function drawSource({ length = 1, severity }: Diagnostic, place: Place, painter: Painter): string[] {
  const at = Math.min(Math.max(place.column - 1, 0), place.text.length);
  const start = place.text.length > longestLine ? Math.max(0, at - longestLine / 2) : 0;
  const window = place.text.slice(start, start + longestLine);
  const before = escapeControls(window.slice(0, at - start));
  const width = Math.max(1, Math.min(length, window.length - (at - start)));
  const marked = escapeControls(window.slice(at - start, at - start + width));
  const shown =
    (start > 0 ? '…' : '') + escapeControls(window) + (start + longestLine < place.text.length ? '…' : '');
  const gutter = String(place.line);
  const rail = painter.faint(`  ${' '.repeat(gutter.length)} | `);
  const caret = ' '.repeat(before.length + (start > 0 ? 1 : 0)) + '^'.repeat(Math.max(1, marked.length));
  return [painter.faint(`  ${gutter} | `) + shown, rail + painter[severity](caret)];
}

/** Bytes outside printable ASCII as Apache's logs write them: `\n`, `\x1b`, `\xef`; a tab becomes a space. */
export function escapeControls(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\xff]/g, (char) => {
    if (char === '\t') return ' ';
    if (char === '\n') return '\\n';
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
