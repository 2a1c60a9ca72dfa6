// Every case of test/conformance: portico's answers are the ones recorded from Apache httpd.
import { describe, expect, test } from 'vitest';
import { readCaseFile } from './support/case-file.ts';
import { caseFiles, topicOf } from './support/case-list.ts';
import { expectCase } from './support/case-test.ts';

const files = caseFiles('conformance');

test('the folder holds the cases', () => {
  expect(files.length).toBeGreaterThan(4);
});

for (const file of files)
  describe(`${topicOf(file)} answers like Apache`, () => {
    for (const testCase of readCaseFile(file)) test.concurrent(testCase.name, () => expectCase(testCase));
  });
