// Reads and writes `.answers` files, which stand beside `.case` files: what Apache answered (recorded)
// or what portico is to answer (written by hand, in test/differences). One fact a line, plain ASCII.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { CaseAnswer } from './run-case.ts';

export interface AnswersFile {
  /** The first line: where the answers come from. */
  readonly origin: string;
  readonly byCase: ReadonlyMap<string, readonly CaseAnswer[]>;
}

/** The answers that belong to a case file. */
export function answersPath(caseFile: string): string {
  return caseFile.replace(/\.case$/, '.answers');
}

/** Reads the answers beside a case file; undefined where there are none. */
export function readAnswers(caseFile: string): AnswersFile | undefined {
  const path = answersPath(caseFile);
  return existsSync(path) ? parseAnswers(readFileSync(path, 'latin1')) : undefined;
}

/** Writes the answers beside a case file. */
export function writeAnswers(caseFile: string, answers: AnswersFile): void {
  writeFileSync(answersPath(caseFile), formatAnswers(answers), 'latin1');
}

/** Parses the text of an answers file. */
export function parseAnswers(text: string): AnswersFile {
  const lines = text.split('\n');
  const byCase = new Map<string, { request: string; lines: string[] }[]>();
  let current: { request: string; lines: string[] }[] = [];
  for (const line of lines.slice(1)) {
    if (line.startsWith('=== ')) {
      current = [];
      byCase.set(line.slice(4), current);
    } else if (line.startsWith('--- ')) {
      current.push({ request: line.slice(4), lines: [] });
    } else if (line !== '') {
      current.at(-1)?.lines.push(line);
    }
  }
  return { origin: (lines[0] ?? '').replace(/^# /, ''), byCase };
}

/** The text of an answers file. */
export function formatAnswers({ origin, byCase }: AnswersFile): string {
  const blocks = [...byCase].map(
    ([name, answers]) => `\n=== ${name}\n${answers.map(formatAnswer).join('\n')}`,
  );
  return `# ${origin}\n${blocks.join('')}`;
}

/** One answer as it stands in the file. */
export function formatAnswer({ request, lines }: CaseAnswer): string {
  return `--- ${request}\n${lines.map((line) => `${line}\n`).join('')}`;
}
