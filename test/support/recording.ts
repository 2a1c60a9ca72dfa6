// Records what the real Apache answers, and checks recordings against it.
import { describeDifference } from './answer-diff.ts';
import { readAnswers, writeAnswers } from './answers-file.ts';
import { type Case, readCaseFile } from './case-file.ts';
import { mapParallel } from './parallel.ts';
import { part } from './programs.ts';
import { type CaseAnswer, runCase } from './run-case.ts';

/** The first line of a recording; it names the version that answered. */
export function recordingOrigin(): string {
  return `recorded from Apache/${part('apache2')?.version ?? '?'}`;
}

export interface RecordingReport {
  readonly cases: number;
  /** One text per case that could not be run, or whose recording does not agree. */
  readonly problems: readonly string[];
}

/**
 * Runs the cases of a file on Apache and writes the answers beside it.
 * @public called by scripts/record.mjs
 */
export async function recordCaseFile(file: string, width: number): Promise<RecordingReport> {
  const cases = readCaseFile(file);
  const { answers, problems } = await runOnApache(cases, width);
  const byCase = new Map(cases.map((one) => [one.name, answers.get(one.name) ?? []]));
  if (problems.length === 0) writeAnswers(file, { origin: recordingOrigin(), byCase });
  return { cases: cases.length, problems };
}

/** Runs the cases of a file on Apache and compares with the answers beside it. */
export async function checkRecording(file: string, width: number): Promise<RecordingReport> {
  const cases = readCaseFile(file);
  const recorded = readAnswers(file)?.byCase ?? new Map<string, readonly CaseAnswer[]>();
  const { answers, problems } = await runOnApache(cases, width);
  for (const name of recorded.keys())
    if (!cases.some((one) => one.name === name)) problems.push(`${name}: recorded, but no such case`);
  for (const [name, actual] of answers) {
    const difference = describeDifference(recorded.get(name) ?? [], actual);
    if (difference !== undefined) problems.push(`${name}:\n${difference}`);
  }
  return { cases: cases.length, problems };
}

async function runOnApache(
  cases: readonly Case[],
  width: number,
): Promise<{ answers: Map<string, readonly CaseAnswer[]>; problems: string[] }> {
  const answers = new Map<string, readonly CaseAnswer[]>();
  const problems: string[] = [];
  await mapParallel(cases, width, async (one) => {
    try {
      answers.set(one.name, (await runCase(one, 'apache')).answers);
    } catch (error) {
      problems.push(`${one.name}: ${error instanceof Error ? error.message : error}`);
    }
  });
  return { answers, problems };
}
