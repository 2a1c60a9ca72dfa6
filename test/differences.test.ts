// Every case of test/differences: portico's answers are the ones written by hand, and the real Apache
// answers otherwise, so that a difference which has gone does not stay on the list.
import { afterAll, describe, test } from 'vitest';
import { describeDifference } from './support/answer-diff.ts';
import { readAnswers } from './support/answers-file.ts';
import { readCaseFile } from './support/case-file.ts';
import { caseFiles, topicOf } from './support/case-list.ts';
import { expectCase, serverFor } from './support/case-test.ts';
import { concurrentTestWith } from './support/parts.ts';
import { runCase } from './support/run-case.ts';
import { closeWarmPorticos } from './support/warm-portico.ts';

afterAll(closeWarmPorticos);

for (const file of caseFiles('differences'))
  describe.concurrent(`${topicOf(file)} differs from Apache on purpose`, () => {
    const written = readAnswers(file);
    for (const [place, testCase] of readCaseFile(file).entries()) {
      test.concurrent(testCase.name, () => expectCase(testCase, serverFor(testCase, place)));
      concurrentTestWith(['apache2'], `${testCase.name}: Apache answers otherwise`, async () => {
        const { answers } = await runCase(testCase, 'apache');
        if (describeDifference(written?.byCase.get(testCase.name) ?? [], answers) === undefined)
          throw new Error('Apache answers the same: the case belongs into test/conformance');
      });
    }
  });
