// Findings for programs: plain JSON, and SARIF 2.1.0 (OASIS), which code hosts and editors show beside the lines.

import type { Place } from '../../kit/place.ts';
import type { Check, Severity } from './check.ts';
import type { Finding } from './finding.ts';

/** Configurations are bytes; what is written as UTF-8 in them is shown as such. */
function readable(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** An array of findings; `line` and `column` count from 1, columns in bytes. */
export function findingsAsJson(findings: readonly Finding[]): string {
  const list = findings.map(({ id, severity, diagnostic: { message, why, hint, place, length } }) => ({
    id,
    severity,
    file: place === undefined ? null : readable(place.file),
    line: place?.line ?? null,
    column: place?.column ?? null,
    length: place === undefined ? null : (length ?? 1),
    message: readable(message),
    why: why ?? null,
    hint: hint === undefined ? null : readable(hint),
  }));
  return `${JSON.stringify(list, null, 2)}\n`;
}

const SARIF_SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

const LEVELS: { readonly [S in Severity]: 'error' | 'warning' | 'note' } = {
  error: 'error',
  warning: 'warning',
  note: 'note',
};

/** A SARIF log with one run. */
export function findingsAsSarif(
  findings: readonly Finding[],
  checks: readonly Check[],
  version: string,
): string {
  const rules = [...checks.map(ruleOf), ...otherRules(findings, checks)];
  const log = {
    $schema: SARIF_SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'portico', version, rules } },
        columnKind: 'unicodeCodePoints',
        results: findings.map((finding) => resultOf(finding, rules)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

interface Rule {
  readonly id: string;
  readonly shortDescription: { readonly text: string };
  readonly fullDescription?: { readonly text: string };
  readonly help?: { readonly text: string };
  readonly defaultConfiguration?: { readonly level: string };
}

function ruleOf({ id, title, why, mend, severity }: Check): Rule {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: mend },
    defaultConfiguration: { level: LEVELS[severity] },
  };
}

/** What the reader has found has codes of its own. */
function otherRules(findings: readonly Finding[], checks: readonly Check[]): readonly Rule[] {
  const known = new Set(checks.map(({ id }) => id));
  const others = new Set(findings.map(({ id }) => id).filter((id) => !known.has(id)));
  return [...others].map((id) => ({ id, shortDescription: { text: id } }));
}

function resultOf({ id, severity, diagnostic }: Finding, rules: readonly Rule[]): object {
  const { message, why, hint, place, length } = diagnostic;
  const text = readable([message, why, hint].filter((part) => part !== undefined).join('\n'));
  return {
    ruleId: id,
    ruleIndex: rules.findIndex((rule) => rule.id === id),
    level: LEVELS[severity],
    message: { text },
    locations: place === undefined ? [] : [locationOf(place, length ?? 1)],
  };
}

function locationOf({ file, line, column, text }: Place, length: number): object {
  const startColumn = countCharacters(text.slice(0, column - 1)) + 1;
  const marked = text.slice(column - 1, column - 1 + length);
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(file) },
      region: { startLine: line, startColumn, endColumn: startColumn + Math.max(1, countCharacters(marked)) },
    },
  };
}

function countCharacters(bytes: string): number {
  return [...readable(bytes)].length;
}

/** Names of files are bytes; a URI has escapes for what is special in it. */
function uriOf(file: string): string {
  const path = file.replace(
    /[^A-Za-z0-9/._~-]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`,
  );
  return path.startsWith('/') ? `file://${path}` : path;
}
