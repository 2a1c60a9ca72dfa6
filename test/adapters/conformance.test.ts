// The cases of test/conformance inside frameworks: what portico answers there is what its server answers, and Apache.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeDifference } from '../support/answer-diff.ts';
import { type AnswersFile, readAnswers } from '../support/answers-file.ts';
import { type Case, readCaseFile } from '../support/case-file.ts';
import { caseFiles, topicOf } from '../support/case-list.ts';
import { type CaseAnswer, runCaseOn, type StartOn } from '../support/run-case.ts';
import { type Framework, FrameworkHost, frameworks } from './host-process.ts';
import { isConnectionLine, isNotOurs, NOT_OURS, whyLeftOut } from './left-out.ts';

let host: FrameworkHost;

/** Requests compared, by framework. */
const compared = new Map<Framework, number>();
const left = new Map<string, number>();

beforeAll(() => {
  host = new FrameworkHost();
});

afterAll(async () => {
  await host.close();
  const out = [...left].map(([why, count]) => `${count} ${why}`);
  process.stdout.write(
    `inside frameworks: ${JSON.stringify(Object.fromEntries(compared))}; left out: ${out.join('; ')}\n`,
  );
});

function withoutConnection({ request, lines }: CaseAnswer): CaseAnswer {
  return { request, lines: lines.filter((line) => !isConnectionLine(line)) };
}

/** Both lists without what says nothing of the framework; pipelined answers belong to the request before them. */
function comparable(
  testCase: Case,
  expected: readonly CaseAnswer[],
  actual: readonly CaseAnswer[],
  framework: Framework,
): { readonly expected: CaseAnswer[]; readonly actual: CaseAnswer[] } {
  const topic = topicOf(testCase.file);
  const given = groupByRequest(actual);
  const pairs = groupByRequest(expected).map((group, at) => [group, given[at] ?? []] as const);
  const kept = pairs.filter(([[first], got]) => {
    const isNotOurs = got.some(({ lines }) => lines[0] === NOT_OURS);
    const why = isNotOurs
      ? 'answered before the rules'
      : whyLeftOut(topic, testCase.name, first!.request, framework);
    if (why !== undefined) left.set(why, (left.get(why) ?? 0) + 1);
    return why === undefined;
  });
  compared.set(framework, (compared.get(framework) ?? 0) + kept.length);
  return {
    expected: kept.flatMap(([group]) => group.map(withoutConnection)),
    actual: kept.flatMap(([, got]) => got.map(withoutConnection)),
  };
}

function groupByRequest(answers: readonly CaseAnswer[]): CaseAnswer[][] {
  const groups: CaseAnswer[][] = [];
  for (const answer of answers) {
    if (answer.request === '(another answer)' && groups.length > 0) groups.at(-1)!.push(answer);
    else groups.push([answer]);
  }
  return groups;
}

/** How a case differs inside each framework; nothing where it does not. */
async function differences(testCase: Case, answers: AnswersFile | undefined): Promise<string[]> {
  const starts = frameworks.map(
    (framework): StartOn =>
      (site) =>
        host.start(framework, site),
  );
  const runs = await runCaseOn(testCase, starts, (outcome) => (isNotOurs(outcome) ? [NOT_OURS] : undefined));
  return frameworks.flatMap((framework, at) => {
    const { answers: actual, log } = runs[at]!;
    const pair = comparable(testCase, answers?.byCase.get(testCase.name) ?? [], actual, framework);
    const difference = describeDifference(pair.expected, pair.actual);
    return difference === undefined ? [] : [`inside ${framework}:\n${difference}\nlog:\n${log}`];
  });
}

/** The differences as the message of an error, whose own place says nothing. */
function throwWith(found: readonly string[]): void {
  if (found.length === 0) return;
  const error = new Error(found.join('\n\n'));
  error.stack = error.message;
  throw error;
}

/** The cases of a file that ask something: nothing is asked of a configuration that is only checked. */
function askingCases(file: string): Case[] {
  return readCaseFile(file).filter(
    ({ isConfigtest, name }) => !isConfigtest && whyLeftOut(topicOf(file), name, '') === undefined,
  );
}

for (const file of caseFiles('conformance')) {
  const cases = askingCases(file);
  if (cases.length === 0) continue;
  describe(`${topicOf(file)} inside frameworks`, () => {
    const answers = readAnswers(file);
    for (const testCase of cases)
      test.concurrent(testCase.name, async () => throwWith(await differences(testCase, answers)));
  });
}

test('most requests of the cases are asked inside every framework', () => {
  for (const framework of frameworks) expect(compared.get(framework)).toBeGreaterThan(7000);
});
