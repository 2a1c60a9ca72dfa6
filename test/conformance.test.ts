// Every case of test/conformance: portico's answers are the ones recorded from Apache httpd. The first case of a file is
// answered by the command line's own process; most of the others share processes.
import { afterAll, describe, expect, test } from 'vitest';
import { readCaseFile } from './support/case-file.ts';
import { caseFiles, topicOf } from './support/case-list.ts';
import { expectCase, needsProcess } from './support/case-test.ts';
import { closeWarmPorticos } from './support/warm-portico.ts';

const files = caseFiles('conformance');

afterAll(closeWarmPorticos);

test('the folder holds the cases', () => {
  expect(files.length).toBeGreaterThan(4);
});

for (const file of files)
  describe(`${topicOf(file)} answers like Apache`, () => {
    for (const [at, testCase] of readCaseFile(file).entries())
      test.concurrent(testCase.name, () =>
        expectCase(testCase, at === 0 || needsProcess(testCase) ? 'portico' : 'warm portico'),
      );
  });
