// Every case of test/conformance: portico's answers are the ones recorded from Apache httpd.
import { afterAll, describe, expect, test } from 'vitest';
import { readCaseFile } from './support/case-file.ts';
import { caseFiles, topicOf } from './support/case-list.ts';
import { expectCase, serverFor } from './support/case-test.ts';
import { closeWarmPorticos } from './support/warm-portico.ts';

const files = caseFiles('conformance');

afterAll(closeWarmPorticos);

test('the folder holds the cases', () => {
  expect(files.length).toBeGreaterThan(4);
});

for (const file of files)
  describe.concurrent(`${topicOf(file)} answers like Apache`, () => {
    for (const [place, testCase] of readCaseFile(file).entries())
      test.concurrent(testCase.name, () => expectCase(testCase, serverFor(testCase, place)));
  });
