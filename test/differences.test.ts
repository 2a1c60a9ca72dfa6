// Every case of test/differences: portico's answers are the ones written by hand, and the real Apache
// answers otherwise, so that a difference which has gone does not stay on the list.
import { describe, test } from 'vitest';
import { describeDifference } from './support/answer-diff.ts';
import { readAnswers } from './support/answers-file.ts';
import { readCaseFile } from './support/case-file.ts';
import { caseFiles, topicOf } from './support/case-list.ts';
import { expectCase } from './support/case-test.ts';
import { testWith } from './support/parts.ts';
import { runCase } from './support/run-case.ts';

for (const file of caseFiles('differences'))
  describe(`${topicOf(file)} differs from Apache on purpose`, () => {
    const written = readAnswers(file);
    for (const testCase of readCaseFile(file)) {
      test.concurrent(testCase.name, () => expectCase(testCase));
      testWith(['apache2'], `${testCase.name}: Apache answers otherwise`, async () => {
        const { answers } = await runCase(testCase, 'apache');
        if (describeDifference(written?.byCase.get(testCase.name) ?? [], answers) === undefined)
          throw new Error('Apache answers the same: the case belongs into test/conformance');
      });
    }
  });
