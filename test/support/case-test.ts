// Turns a case into a test of portico: runs it and fails with the request, a diff and the log.
import { describeDifference } from './answer-diff.ts';
import { type AnswersFile, readAnswers } from './answers-file.ts';
import type { Case } from './case-file.ts';
import { type CaseServer, runCase } from './run-case.ts';

const files = new Map<string, AnswersFile | undefined>();

/** Runs a case on a portico; throws with all a reader needs where the answers are not the expected ones. */
export async function expectCase(testCase: Case, kind: CaseServer): Promise<void> {
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

/**
 * Who answers the case that stands at `place` in its file: the command line's own process the first one and those that
 * change their process, and for the others one that has answered cases before.
 */
export function serverFor({ conf, entries }: Case, place: number): CaseServer {
  const texts = [conf, ...entries.map((entry) => ('text' in entry ? entry.text : ''))];
  return place === 0 || texts.some((text) => OF_THE_PROCESS.test(text)) ? 'portico' : 'warm portico';
}

/** An error that shows its message alone: where it was thrown says nothing about the case. */
function plainError(message: string): Error {
  const error = new Error(message);
  error.stack = message;
  return error;
}
