// What a replayed log has shown, as a table: how often each line fired, and below it those that never did.

import { type DrawOptions, newPen, type Pen } from './pen.ts';
import type { Count, ReplayReport } from './replay.ts';

/** `1,234,567` */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

export function drawReplay(report: ReplayReport, options: DrawOptions = {}): string {
  const pen = newPen(options);
  const fired = report.lines.filter(({ times }) => times > 0);
  const silent = report.lines.filter(({ times }) => times === 0);
  const width = Math.max(0, ...report.lines.map(({ line }) => pen.place(line).length));
  const digits = Math.max(1, ...fired.map(({ times }) => grouped(times).length));
  const lines = [
    headOf(report, pen),
    '',
    ...fired.map((count) => `${grouped(count.times).padStart(digits)}  ${lineText(count, width, pen)}`),
    ...(silent.length === 0
      ? []
      : [
          '',
          pen.painter.strong(
            `${silent.length === 1 ? '1 line has' : `${silent.length} lines have`} not fired once:`,
          ),
          '',
          ...silent.map((count) => `${' '.repeat(digits)}  ${lineText(count, width, pen)}`),
        ]),
    '',
    outcomesOf(report, pen),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function headOf({ requests, passedOver, lines }: ReplayReport, { painter }: Pen): string {
  const strange = passedOver === 0 ? '' : painter.faint(`, ${grouped(passedOver)} log lines without one`);
  const fired = lines.filter(({ times }) => times > 0).length;
  return `${painter.strong(`${grouped(requests)} requests`)}${strange}; ${fired} of ${lines.length} lines fired`;
}

function lineText({ line, times }: Count, width: number, { painter, place, show }: Pen): string {
  const at = painter.faint(place(line).padEnd(width));
  return `${at}  ${times === 0 ? painter.faint(show(line.text)) : show(line.text)}`;
}

/** The commonest first. */
function outcomesOf({ outcomes }: ReplayReport, { painter }: Pen): string {
  const parts = [...outcomes]
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${kind} ${grouped(count)}`);
  return `${painter.faint('they come to:')} ${parts.join('  ')}`;
}
