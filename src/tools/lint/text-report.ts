// Findings for people: each drawn by the one printer, and how many there are.

import { drawDiagnostic, type Painter } from '../../kit/diagnostic.ts';
import type { Severity } from './check.ts';
import type { Finding } from './finding.ts';

const NAMES: readonly (readonly [Severity, string, string])[] = [
  ['error', 'error', 'errors'],
  ['warning', 'warning', 'warnings'],
  ['note', 'note', 'notes'],
];

/** All findings and a last line; `files` is how many files were looked at, `hidden` how many findings are below the threshold. */
export function drawFindings(
  findings: readonly Finding[],
  { files, hidden, painter }: { readonly files: number; readonly hidden: number; readonly painter?: Painter },
): string {
  const drawn = findings.map(({ diagnostic }) => `${drawDiagnostic(diagnostic, painter)}\n`);
  return `${[...drawn, summary(findings, files, hidden)].join('\n')}\n`;
}

function summary(findings: readonly Finding[], files: number, hidden: number): string {
  const counts = NAMES.flatMap(([severity, one, many]) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  });
  const looked = `${files} ${files === 1 ? 'file' : 'files'}`;
  const more = hidden === 0 ? '' : ` (${hidden} below the threshold: --severity note shows all)`;
  return `${counts.length === 0 ? 'nothing found' : counts.join(', ')} in ${looked}${more}`;
}
