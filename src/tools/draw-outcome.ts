// The last lines of a story: what the request comes to.

import type { Pen } from './pen.ts';
import type { LoopStory, Outcome, Story } from './story.ts';
import { isTold } from './told-headers.ts';

/** Lines of content that are shown of a request to a backend. */
const MOST_LINES = 20;

export function drawOutcome(story: Story, pen: Pen): string {
  const { outcome, headers, loop, clientLoop } = story;
  const lines = [`${arrow(outcome, pen)} ${pen.painter.strong(pen.show(outcomeText(outcome, pen.name)))}`];
  lines.push(...detailsOf(outcome, pen).map((line) => `  ${line}`));
  for (const [name, value] of headers)
    if (pen.isVerbose || isTold(outcome, name))
      lines.push(`  ${pen.painter.faint(pen.show(`${name}: ${value}`))}`);
  if (loop !== undefined) lines.push(...loopLines(loop, pen));
  if (clientLoop !== undefined)
    lines.push(
      '',
      pen.painter.bad('A loop: a client that follows comes back to where it was.'),
      `  ${clientLoop.map(pen.show).join(' → ')} …`,
    );
  return lines.map((line) => `${line}\n`).join('');
}

function arrow(outcome: Outcome, { painter }: Pen): string {
  switch (outcome.kind) {
    case 'status':
    case 'nothing':
      return painter.bad('→');
    case 'redirect':
      return painter.away('→');
    default:
      return painter.good('→');
  }
}

/** The outcome in one line, as `diff` and rule tests write it, too. */
export function outcomeText(outcome: Outcome, name: (file: string) => string = (file) => file): string {
  switch (outcome.kind) {
    case 'file':
      return `${outcome.status === 200 ? '' : `${outcome.status} `}file ${name(outcome.file)}`;
    case 'redirect':
      return `${outcome.status} ${outcome.location}`;
    case 'proxy':
      return `proxy ${outcome.url}`;
    case 'fastcgi':
      return `fastcgi ${outcome.url}`;
    case 'program':
      return `program ${[name(outcome.file), ...outcome.words].join(' ')}`;
    case 'page':
      return `${outcome.status === 200 ? '' : `${outcome.status} `}page of ${outcome.module === 'core' ? 'the core' : `mod_${outcome.module}`}`;
    case 'status':
      return `${outcome.status} ${outcome.reason}`;
    case 'nothing':
      return 'no answer: the connection is closed';
  }
}

/** What of an environment says where a script is and what it is asked. */
const TELLING = [
  'SCRIPT_FILENAME',
  'SCRIPT_NAME',
  'PATH_INFO',
  'QUERY_STRING',
  'REQUEST_URI',
  'DOCUMENT_ROOT',
];

function detailsOf(outcome: Outcome, pen: Pen): string[] {
  const { painter, show } = pen;
  switch (outcome.kind) {
    case 'redirect':
      return [];
    case 'proxy':
      return [...socketLines(outcome, pen), ...requestLines(outcome.bytes, pen)];
    case 'fastcgi':
      return [...socketLines(outcome, pen), ...variables(outcome.parameters, pen)];
    case 'program':
      return variables(outcome.environment, pen);
    case 'status':
      return [
        ...(outcome.why === undefined ? [] : [show(outcome.why.split(' | ', 1)[0]!)]),
        ...(outcome.page === undefined
          ? []
          : [painter.faint(`with the page ${show(pen.name(outcome.page))}`)]),
      ];
    default:
      return [];
  }
}

/** A socket stands in no URL. */
function socketLines({ address }: { readonly address: string }, { painter, show }: Pen): string[] {
  return address.startsWith('unix:') ? [painter.faint(`through ${show(address)}`)] : [];
}

function variables(all: Readonly<Record<string, string>>, { isVerbose, painter, show }: Pen): string[] {
  return Object.entries(all)
    .filter(([name, value]) => isVerbose || (TELLING.includes(name) && value !== ''))
    .map(([name, value]) => painter.faint(show(`${name}=${value}`)));
}

function requestLines(bytes: string, { painter, show }: Pen): string[] {
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.slice(0, end).split('\r\n');
  const body = bytes.slice(end + 4);
  const content = body === '' ? [] : ['', ...body.split('\n').slice(0, MOST_LINES)];
  return [...head, ...content].map((line) => painter.faint(show(line)));
}

function loopLines({ lines, urls }: LoopStory, pen: Pen): string[] {
  const { painter, show } = pen;
  const way = urls.length === 0 ? [] : [`  ${urls.map(show).join(' → ')} …`];
  if (lines.length === 0) return ['', painter.bad('A loop:'), ...way];
  const title =
    lines.length === 1 ? 'A loop: this rule leads to itself.' : 'A loop: these rules lead to each other.';
  const width = Math.max(...lines.map((line) => pen.place(line).length));
  return [
    '',
    painter.bad(title),
    ...lines.map((line) => `  ${painter.faint(pen.place(line).padEnd(width))}  ${show(line.text)}`),
    ...way,
    urls.length === 0
      ? painter.faint('  [N] starts over with the first rule: give it a condition that comes to an end')
      : painter.faint('  [END] in the place of [L], or RewriteCond %{ENV:REDIRECT_STATUS} ^$, ends it'),
  ];
}
