// Results of expectations: for people, for tools that read TAP, and for those that read JUnit's XML.

import type { Gap } from './coverage.ts';
import { drawStory } from './draw-story.ts';
import { type DrawOptions, newPen, PLAIN } from './pen.ts';
import type { Story } from './story.ts';

/** One expectation, tried. */
export interface Result {
  readonly file: string;
  readonly line: number;
  /** Method and URL, as written. */
  readonly title: string;
  /** Empty where it is met. */
  readonly problems: readonly string[];
  readonly story: Story;
}

export function drawResults(results: readonly Result[], options: DrawOptions = {}): string {
  const { painter, show } = newPen(options);
  const failed = results.filter(({ problems }) => problems.length > 0);
  const blocks = failed.map(({ file, line, title, problems, story }) =>
    [
      `${painter.bad('✗')} ${painter.faint(`${file}:${line}`)}  ${painter.strong(show(title))}`,
      ...problems.map((problem) => `  ${painter.bad(show(problem))}`),
      '',
      ...indented(drawStory(story, options)),
      '',
      '',
    ].join('\n'),
  );
  const count = results.length === 1 ? '1 expectation' : `${results.length} expectations`;
  const end =
    failed.length === 0
      ? `${painter.good('✓')} ${count}, all met`
      : `${painter.bad('✗')} ${failed.length} of ${count} not met`;
  return `${blocks.join('')}${end}\n`;
}

/** The first line of a story says what the title says. */
function indented(text: string): string[] {
  return text
    .slice(text.indexOf('\n'))
    .trimEnd()
    .replace(/^\n+/, '')
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`));
}

export function drawGaps(
  { gaps, lines }: { readonly gaps: readonly Gap[]; readonly lines: number },
  options: DrawOptions = {},
): string {
  const { painter, show, place } = newPen(options);
  const touched = new Set(gaps.map(({ line }) => `${line.file}:${line.line}`)).size;
  const head = `${lines - touched} of ${lines} rules and conditions are exercised`;
  const width = Math.max(0, ...gaps.map(({ line }) => place(line).length));
  const kinds = Math.max(0, ...gaps.map(({ what }) => what.length));
  const rows = gaps.map(
    ({ line, what }) =>
      `${painter.faint(place(line).padEnd(width))}  ${painter.bad(what.padEnd(kinds))}  ${show(line.text)}`,
  );
  return [head, ...(rows.length === 0 ? [] : ['', ...rows])].map((row) => `${row}\n`).join('');
}

export function drawTap(results: readonly Result[]): string {
  const { show } = newPen({});
  const lines = results.flatMap(({ file, line, title, problems }, at) => {
    const name = `${at + 1} - ${file}:${line} ${show(title)}`.replaceAll('#', '\\#');
    if (problems.length === 0) return [`ok ${name}`];
    return [
      `not ok ${name}`,
      '  ---',
      '  problems:',
      ...problems.map((text) => `    - ${JSON.stringify(show(text))}`),
      '  ...',
    ];
  });
  return ['TAP version 14', `1..${results.length}`, ...lines].map((line) => `${line}\n`).join('');
}

export function drawJunit(results: readonly Result[], options: DrawOptions = {}): string {
  const { show } = newPen({});
  const failed = results.filter(({ problems }) => problems.length > 0).length;
  const cases = results.map(({ file, line, title, problems, story }) => {
    const open = `    <testcase classname="${xml(file)}" name="${xml(show(title))}" file="${xml(file)}" line="${line}"`;
    if (problems.length === 0) return `${open}/>`;
    const [first = ''] = problems;
    return `${open}>\n      <failure message="${xml(show(first))}">${xml(drawStory(story, { ...options, painter: PLAIN }))}</failure>\n    </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="portico" tests="${results.length}" failures="${failed}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function xml(text: string): string {
  return text
    .replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char)
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '?');
}
