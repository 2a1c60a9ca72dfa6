// What the parts of the printer draw with: colours, short names, and lines whose places stand in a column.

import { readable } from './readable.ts';
import type { Line } from './story.ts';

/** Wraps text in colours, or leaves it alone. */
export interface StoryPainter {
  good(text: string): string;
  bad(text: string): string;
  /** A way that leads elsewhere. */
  away(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
}

const same = (text: string): string => text;

export const PLAIN: StoryPainter = { good: same, bad: same, away: same, strong: same, faint: same };

export interface DrawOptions {
  readonly painter?: StoryPainter;
  /** How a file is called where the reader stands. */
  readonly shorten?: (file: string) => string;
  /** Everything: rules that do not match one by one, subrequests, the log. */
  readonly isVerbose?: boolean;
}

/** One line of the drawing: the place it speaks of, if any, and the text. */
export interface Row {
  readonly at: string;
  readonly text: string;
}

/** What the parts of the printer share. */
export interface Pen {
  readonly painter: StoryPainter;
  readonly isVerbose: boolean;
  place(line: Line | undefined): string;
  file(path: string): string;
  /** A file's short name, however long it is. */
  name(path: string): string;
  /** Text of the configuration or of a client, made visible. */
  show(text: string): string;
}

/** Places longer than this lose their beginning. */
const WIDEST_PLACE = 44;

export function newPen({ painter = PLAIN, shorten = same, isVerbose = false }: DrawOptions): Pen {
  const show = readable;
  const cut = (text: string): string =>
    text.length > WIDEST_PLACE ? `…${text.slice(text.length - WIDEST_PLACE + 1)}` : text;
  return {
    painter,
    isVerbose,
    place: (line) => (line === undefined ? '' : cut(`${show(shorten(line.file))}:${line.line}`)),
    file: (path) => cut(show(shorten(path))),
    name: shorten,
    show,
  };
}

/** Places in a column, texts behind it. */
export function drawRows(rows: readonly Row[], painter: StoryPainter): string {
  const width = Math.max(0, ...rows.map(({ at }) => at.length));
  return rows
    .map(({ at, text }) => {
      if (text === '' && at === '') return '\n';
      const place = at === '' ? ' '.repeat(width) : painter.faint(at) + ' '.repeat(width - at.length);
      return `${place}  ${text}`.trimEnd();
    })
    .map((line) => (line === '\n' ? line : `${line}\n`))
    .join('');
}
