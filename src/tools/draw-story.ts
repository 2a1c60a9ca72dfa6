// The one printer of stories: for `explain`, for rule tests that fail, for a page in a browser. Pure: colours come as
// functions, file names are shortened by whoever knows where the reader stands.
//
//   file:line   what stands there, and what it said
//
// The places stand in a column of their own, so that the eye finds the next line of the configuration at once.

import { drawOutcome } from './draw-outcome.ts';
import { drawRules } from './draw-rules.ts';
import { keyOf } from './line.ts';
import { type DrawOptions, drawRows, newPen, type Pen, type Row } from './pen.ts';
import type { Chapter, Part, Story } from './story.ts';

/** Draws a story: lines, with a newline behind each. */
export function drawStory(story: Story, options: DrawOptions = {}): string {
  const pen = newPen(options);
  const { painter } = pen;
  const head = `${painter.strong(`${story.method} ${pen.show(story.url)}`)}\n`;
  const remarks = story.remarks.map((remark) => `${painter.faint(`(${pen.show(remark)})`)}\n`).join('');
  const rows = [...serverRows(story, pen), ...chaptersRows(story, pen)];
  const drawn = rows.length === 0 ? '' : `\n${drawRows(tidied(rows), painter)}`;
  return `${head}${remarks}${drawn}\n${drawOutcome(story, pen)}`;
}

/** One blank line between two blocks, and none around them. */
function tidied(rows: readonly Row[]): readonly Row[] {
  const isBlank = (row: Row | undefined): boolean => row === undefined || (row.at === '' && row.text === '');
  const single = rows.filter((row, at) => !isBlank(row) || !isBlank(rows[at - 1]));
  return isBlank(single.at(-1)) ? single.slice(0, -1) : single;
}

/** What a chapter has in common with those before it is not told again; nor are the later rounds of a loop. */
function chaptersRows({ chapters, loop }: Story, pen: Pen): Row[] {
  const shown = new Set<string>();
  const most = loop === undefined || pen.isVerbose ? chapters.length : loop.round + 1;
  const rows = chapters
    .slice(0, most)
    .flatMap((chapter) => chapterRows({ ...chapter, parts: chapter.parts.filter(isNews(shown)) }, pen));
  const more = chapters.length - most;
  if (more <= 0) return rows;
  return [
    ...rows,
    { at: '', text: '' },
    { at: '', text: pen.painter.faint(`and so on, ${more} times more`) },
  ];
}

function isNews(shown: Set<string>): (part: Part) => boolean {
  return (part) => {
    const key =
      part.kind === 'htaccess'
        ? part.path
        : part.kind === 'section' || part.kind === 'section-left'
          ? `${part.kind} ${keyOf(part.line)}`
          : undefined;
    if (key === undefined) return true;
    if (shown.has(key)) return false;
    shown.add(key);
    return !('line' in part) || part.line.file !== AROUND;
  };
}

/** What stands around a lone .htaccess file is nobody's. */
const AROUND = '--htaccess';

function serverRows({ server }: Story, pen: Pen): Row[] {
  const { name, line, why } = server;
  if (why === 'the only server') return [];
  const text = `${pen.painter.strong(pen.show(name))}  ${pen.painter.faint(pen.show(why))}`;
  return [{ at: pen.place(line), text }];
}

function chapterRows(chapter: Chapter, pen: Pen): Row[] {
  const title = titleOf(chapter, pen);
  const rows = chapter.parts.flatMap((part) => partRows(part, pen));
  if (chapter.kind === 'subrequest' && !pen.isVerbose && !isTelling(chapter)) return [];
  return title === undefined ? rows : [{ at: '', text: '' }, { at: '', text: title }, ...rows];
}

/** A look at another URL or file is worth telling where a rule has had a hand in it. */
function isTelling({ parts }: Chapter): boolean {
  return parts.some((part) => part.kind === 'rules' && part.rules.some(({ applies }) => applies));
}

function titleOf({ kind, url, status }: Chapter, { painter, show }: Pen): string | undefined {
  switch (kind) {
    case 'request':
      return undefined;
    case 'redirect':
      return painter.strong(`again, as ${show(url)}`);
    case 'error-document':
      return painter.strong(`${status}, so its ErrorDocument ${show(url)}`);
    case 'subrequest':
      return painter.faint(`a look at ${show(url)}`);
  }
}

function partRows(part: Part, pen: Pen): Row[] {
  const { painter, show } = pen;
  switch (part.kind) {
    case 'section':
      return [{ at: pen.place(part.line), text: show(part.line.text) }];
    case 'section-left':
      return [{ at: pen.place(part.line), text: painter.faint(`${show(part.line.text)}  does not hold`) }];
    case 'htaccess':
      return part.error === undefined
        ? [{ at: pen.file(part.path), text: painter.faint('read') }]
        : errorRows(part.path, part.error, pen);
    case 'line':
      return [
        { at: pen.place(part.line), text: `${painter.good('✓')} ${show(part.line.text)}` },
        { at: '', text: `    → ${show(part.result)}` },
      ];
    case 'rules':
      return drawRules(part, pen);
    case 'log':
      return pen.isVerbose ? [{ at: '', text: painter.faint(`${part.level}: ${show(part.text)}`) }] : [];
  }
}

/** How many errors of one file are shown. */
const MOST_ERRORS = 3;

/** Each begins with the path, as in the log. */
function errorRows(path: string, error: string, { file, painter, show }: Pen): Row[] {
  const messages = error.split(' | ').map((message) => message.replace(`${path}: `, ''));
  const more = messages.length - MOST_ERRORS;
  return [
    ...messages.slice(0, MOST_ERRORS).map((message, at) => ({
      at: at === 0 ? file(path) : '',
      text: `${painter.bad('✗')} ${show(message)}`,
    })),
    ...(more > 0 ? [{ at: '', text: painter.faint(`  and ${more} more`) }] : []),
  ];
}
