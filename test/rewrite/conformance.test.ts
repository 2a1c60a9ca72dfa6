// Every case of test/conformance whose answers are the rules' alone, asked of portico/rewrite: redirects, statuses, what a
// backend is asked for and which file is served are Apache's, as recorded.

import { afterAll, describe, expect, test } from 'vitest';
import { readAnswers } from '../support/answers-file.ts';
import { readCaseFile } from '../support/case-file.ts';
import { caseFiles, topicOf } from '../support/case-list.ts';
import { checkParity, type LeftOut } from './parity.ts';

const left = new Map<LeftOut, number>();
const kinds = new Map<string, number>();
let checked = 0;

function add<Key>(to: Map<Key, number>, from: ReadonlyMap<Key, number>): void {
  for (const [key, count] of from) to.set(key, (to.get(key) ?? 0) + count);
}

for (const file of caseFiles('conformance'))
  describe(`portico/rewrite on ${topicOf(file)}`, () => {
    const answers = readAnswers(file);
    for (const testCase of readCaseFile(file))
      test.concurrent(testCase.name, async () => {
        const parity = await checkParity(testCase, answers?.byCase.get(testCase.name) ?? []);
        checked += parity.checked;
        add(kinds, parity.kinds);
        add(left, parity.left);
        expect(parity.problems.join('\n')).toBe('');
      });
  });

test('many requests are answered by rules alone', () => {
  expect(checked).toBeGreaterThan(1300);
});

afterAll(() => {
  const shown = (counts: ReadonlyMap<string, number>): string =>
    [...counts].map(([what, count]) => `${count} ${what}`).join('; ');
  process.stdout.write(
    `portico/rewrite: ${checked} answers are Apache's (${shown(kinds)}); left out: ${shown(left)}\n`,
  );
});
