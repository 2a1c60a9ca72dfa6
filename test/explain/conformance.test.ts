// Every case of test/conformance, tried out without a server: what explain comes to is what the servers answered. The
// yardstick is the recording, which conformance.test.ts holds the running server to, and recorded.test.ts Apache.
import { afterAll, describe, expect, test } from 'vitest';
import { readAnswers } from '../support/answers-file.ts';
import { readCaseFile } from '../support/case-file.ts';
import { caseFiles, topicOf } from '../support/case-list.ts';
import { checkParity, type LeftOut } from './parity.ts';

const left = new Map<LeftOut, number>();
let checked = 0;

for (const file of caseFiles('conformance'))
  describe(`explain of ${topicOf(file)}`, () => {
    const answers = readAnswers(file);
    for (const testCase of readCaseFile(file))
      test.concurrent(testCase.name, async () => {
        const parity = await checkParity(testCase, answers?.byCase.get(testCase.name) ?? []);
        checked += parity.checked;
        for (const [why, count] of parity.left) left.set(why, (left.get(why) ?? 0) + count);
        expect(parity.problems.join('\n')).toBe('');
      });
  });

test('most of the requests can be tried without a server', () => {
  const others = [...left.values()].reduce((sum, count) => sum + count, 0);
  expect(checked).toBeGreaterThan(others);
});

afterAll(() => {
  const out = [...left].map(([why, count]) => `${count} ${why}`);
  process.stdout.write(`explain: ${checked} answers are the servers'; left out: ${out.join('; ')}\n`);
});
