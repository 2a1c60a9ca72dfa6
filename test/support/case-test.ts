// Turns a case into a test of portico: runs it and fails with the request, a diff and the log.
import { describeDifference } from './answer-diff.ts';
import { type AnswersFile, readAnswers } from './answers-file.ts';
import type { Case } from './case-file.ts';
import { type CaseServer, runCase } from './run-case.ts';

const files = new Map<string, AnswersFile | undefined>();

/** Runs a case on portico; throws with all a reader needs where the answers are not the expected ones. */
export async function expectCase(testCase: Case, kind: CaseServer = 'portico'): Promise<void> {
  if (!files.has(testCase.file)) files.set(testCase.file, readAnswers(testCase.file));
  const expected = files.get(testCase.file)?.byCase.get(testCase.name);
  if (expected === undefined) throw plainError('no answers are recorded for this case: npm run record');
  const run = await runCase(testCase, kind).catch((error: Error) => {
    throw plainError(error.message);
  });
  const difference = describeDifference(expected, run.answers);
  if (difference === undefined) return;
  const note = testCase.note.trim() === '' ? [] : [testCase.note.trim()];
  throw plainError([...note, '- expected, + portico', difference, 'log:', run.log.trimEnd()].join('\n'));
}

/** Directives that change the process, and with it every site in it. */
const OF_THE_PROCESS = /^\s*(?:RegisterHttpMethod|User|Group)\b/im;

/** Is this a case that may not share a process with others? */
export function needsProcess({ conf, entries }: Case): boolean {
  return [conf, ...entries.map((entry) => ('text' in entry ? entry.text : ''))].some((text) =>
    OF_THE_PROCESS.test(text),
  );
}

/** An error that shows its message alone: where it was thrown says nothing about the case. */
function plainError(message: string): Error {
  const error = new Error(message);
  error.stack = message;
  return error;
}
