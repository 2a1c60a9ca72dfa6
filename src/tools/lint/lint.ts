// Runs the checks over a target and puts together what they and the reader say.

import { findingAt } from '../../conf/finding.ts';
import type { Diagnostic } from '../../kit/diagnostic.ts';
import type { Block, Line } from './blocks.ts';
import type { Check, Said, Severity } from './check.ts';
import { checks } from './checks/index.ts';
import type { Finding } from './finding.ts';
import { OutOfPatience, withPatience } from './patience.ts';
import { readSuppressions, type Suppressions } from './suppressions.ts';
import type { Target } from './target.ts';

const AS_DRAWN: { readonly [S in Severity]: Diagnostic['severity'] } = {
  error: 'error',
  warning: 'warning',
  note: 'info',
};

/** Findings in the order of their lines; those that a comment switches off are left out. */
export function lint(target: Target, chosen: readonly Check[] = checks): readonly Finding[] {
  const suppressions = readSuppressions(target, checks);
  return withReader(
    target,
    chosen.flatMap((check) => findingsOf(check, target, suppressions)),
    suppressions,
  );
}

/** The same for one who waits: what is found in so many milliseconds, and whether that is all. */
export function lintWithin(
  milliseconds: number,
  target: Target,
): { readonly findings: readonly Finding[]; readonly isWhole: boolean } {
  const suppressions = readSuppressions(target, checks);
  const found: Finding[] = [];
  const isWhole = withPatience(milliseconds, () => {
    try {
      for (const check of checks) found.push(...findingsOf(check, target, suppressions));
      return true;
    } catch (error) {
      if (error instanceof OutOfPatience) return false;
      throw error;
    }
  });
  return { findings: withReader(target, found, suppressions), isWhole };
}

function withReader(
  target: Target,
  found: readonly Finding[],
  suppressions: Suppressions,
): readonly Finding[] {
  const said = target.diagnostics.flatMap((diagnostic) => fromReader(diagnostic, found, suppressions));
  return inOrder([...said, ...found, ...suppressions.findings]);
}

function findingsOf(check: Check, target: Target, suppressions: Suppressions): readonly Finding[] {
  const findings: Finding[] = [];
  check.run(target, (where, said) => {
    const finding = makeFinding(check, where, said);
    const first = whereOf(where)?.line.placeAt();
    if (!suppressions.silences(check.id, finding.diagnostic.place, first)) findings.push(finding);
  });
  return withoutRepeats(findings);
}

function whereOf(where: Line | Block): Line['node'] | Block['node'] {
  return where.node;
}

function makeFinding({ id, severity, why, mend }: Check, where: Line | Block, said: Said): Finding {
  const { message, ...more } = said;
  const code = `lint/${id}`;
  const details = { why, hint: mend, ...more, severity: AS_DRAWN[severity], label: severity };
  const node = whereOf(where);
  const diagnostic =
    node === undefined ? { code, message, ...details } : findingAt(code, message, node, details);
  return { id, severity, diagnostic };
}

/** A line may be read twice: by <VirtualHost> lines that include the same file. */
function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ diagnostic: { place, message } }) => {
    const key = `${place?.file}:${place?.line}:${message}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

/** What the reader says, where no check says more about the same line. */
function fromReader(
  diagnostic: Diagnostic,
  found: readonly Finding[],
  suppressions: Suppressions,
): readonly Finding[] {
  const { place, code, severity } = diagnostic;
  const isSaid = found.some(({ diagnostic: other }) => isSameLine(other, diagnostic));
  if (isSaid || suppressions.silences(code, place, place)) return [];
  const own: Severity = severity === 'info' ? 'note' : severity;
  // The words of Apache's own refusal are those that it would start with.
  return [{ id: code, severity: own, diagnostic: { ...diagnostic, label: own } }];
}

function isSameLine(one: Diagnostic, other: Diagnostic): boolean {
  return (
    one.severity === 'error' &&
    one.place !== undefined &&
    one.place.file === other.place?.file &&
    one.place.line === other.place.line
  );
}

function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const files = [...new Set(findings.map(({ diagnostic }) => diagnostic.place?.file))];
  const fileOf = ({ diagnostic: { place } }: Finding): number => files.indexOf(place?.file);
  const lineOf = ({ diagnostic: { place } }: Finding): number => place?.line ?? 0;
  const columnOf = ({ diagnostic: { place } }: Finding): number => place?.column ?? 0;
  return [...findings].sort(
    (a, b) => fileOf(a) - fileOf(b) || lineOf(a) - lineOf(b) || columnOf(a) - columnOf(b),
  );
}

const RANKS: readonly Severity[] = ['error', 'warning', 'note'];

/** Whether a finding is at least as severe as the threshold. */
export function reaches({ severity }: Finding, threshold: Severity): boolean {
  return RANKS.indexOf(severity) <= RANKS.indexOf(threshold);
}
