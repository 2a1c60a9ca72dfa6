// Requests that come to something else, as a list: minus what it was, plus what it is.

import type { Difference } from './compare.ts';
import { grouped } from './draw-replay.ts';
import { type DrawOptions, newPen, type Pen } from './pen.ts';

/** A difference, and how often it was met. */
export interface CountedDifference {
  readonly difference: Difference;
  readonly times: number;
}

/** More than this are counted and not shown. */
const MOST_SHOWN = 100;

export interface DifferencesDrawn {
  readonly asked: number;
  readonly passedOver: number;
  readonly differences: readonly CountedDifference[];
  readonly isAll: boolean;
}

export function drawDifferences(
  { asked, passedOver, differences, isAll }: DifferencesDrawn,
  options: DrawOptions = {},
): string {
  const pen = newPen(options);
  const { painter } = pen;
  const total = differences.reduce((sum, { times }) => sum + times, 0);
  const strange = passedOver === 0 ? '' : painter.faint(` (${grouped(passedOver)} lines without a request)`);
  const shown = isAll ? differences : differences.slice(0, MOST_SHOWN);
  const more = differences.length - shown.length;
  const head =
    total === 0
      ? `all ${grouped(asked)} requests come to the same${strange}`
      : `${painter.strong(grouped(total))} of ${grouped(asked)} requests come to something else${strange}`;
  return [
    `${head}\n`,
    ...shown.map((one) => drawOne(one, pen)),
    ...(more === 0 ? [] : [`\nand ${grouped(more)} more (--all shows them)\n`]),
  ].join('');
}

function drawOne({ difference, times }: CountedDifference, { painter, show }: Pen): string {
  const { method, url, before, after, lost, gained, why } = difference;
  const count = times === 1 ? '' : painter.faint(`  ${grouped(times)} times`);
  const isOther = before !== after;
  const lines = [
    '',
    `${painter.strong(`${method} ${show(url)}`)}${count}`,
    ...(isOther
      ? [painter.bad(`  - ${show(before)}`), painter.good(`  + ${show(after)}`)]
      : [`    ${show(after)}`]),
    ...(why === undefined ? [] : [painter.faint(`    ${show(why)}`)]),
    ...lost.map((line) => painter.bad(`  - ${show(line)}`)),
    ...gained.map((line) => painter.good(`  + ${show(line)}`)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
