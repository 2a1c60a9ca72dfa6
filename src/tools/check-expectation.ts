// Whether a request comes to what is expected of it.

import { outcomeText } from './draw-outcome.ts';
import type { Expectation, ExpectedField } from './expectations.ts';
import type { Outcome, Story } from './story.ts';

/** How file names are written in expectations: relative to one of these folders, or whole. */
export type Folders = readonly string[];

/** What is not as expected, one text each; empty when all is. */
export function checkExpectation({ outcome, fields }: Expectation, story: Story, folders: Folders): string[] {
  const actual = story.outcome;
  const problems = isMet(outcome, actual, folders)
    ? []
    : [`expected ${outcome}, and it comes to ${outcomeOf(actual, folders)}`];
  return [...problems, ...fields.flatMap((field) => checkField(field, fieldsOf(story)))];
}

/** As it is written in an expectation. */
export function outcomeOf(outcome: Outcome, folders: Folders): string {
  if (outcome.kind === 'status') return String(outcome.status);
  return outcomeText(outcome, (file) => shortOf(file, folders));
}

function shortOf(file: string, folders: Folders): string {
  const folder = folders.find((each) => file.startsWith(`${each}/`));
  return folder === undefined ? file : file.slice(folder.length + 1);
}

function isMet(expected: string, actual: Outcome, folders: Folders): boolean {
  const words = expected.trim();
  if (words === outcomeOf(actual, folders) || words === outcomeText(actual)) return true;
  if (actual.kind === 'file')
    return folders.some((each) => words === outcomeText(actual, (file) => shortOf(file, [each])));
  if ('status' in actual && words === String(actual.status)) return true;
  return actual.kind === 'proxy' && words === 'proxy';
}

/** Of a request to a backend its own fields count, of everything else those of the answer. */
function fieldsOf({ outcome, headers }: Story): readonly (readonly [string, string])[] {
  if (outcome.kind !== 'proxy') return headers;
  const [, ...lines] = outcome.bytes.slice(0, outcome.bytes.indexOf('\r\n\r\n')).split('\r\n');
  return lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
}

function checkField(
  { name, value }: ExpectedField,
  fields: readonly (readonly [string, string])[],
): string[] {
  const values = fields.filter(([own]) => own.toLowerCase() === name.toLowerCase()).map(([, own]) => own);
  if (value === undefined)
    return values.length === 0 ? [] : [`expected no ${name}, and it is '${values.join(', ')}'`];
  if (values.includes(value) || values.join(', ') === value) return [];
  const there = values.length === 0 ? 'there is none' : `it is '${values.join(', ')}'`;
  return [`expected ${name}: ${value}, and ${there}`];
}
