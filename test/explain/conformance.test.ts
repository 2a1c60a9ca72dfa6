// Every case of test/conformance, tried out without a server: what explain comes to is what the servers answered, over
// the files of this machine and over the same files in memory, as a page has them. The yardstick is the recording, which
// conformance.test.ts holds the running server to, and recorded.test.ts Apache.
import { afterAll, describe, expect, test } from 'vitest';
import { readAnswers } from '../support/answers-file.ts';
import { readCaseFile } from '../support/case-file.ts';
import { caseFiles, topicOf } from '../support/case-list.ts';
import { inMemory } from './in-memory.ts';
import { checkParity, type LeftOut, onDisk, type Parity } from './parity.ts';

class Sum {
  checked = 0;
  readonly #left: Map<LeftOut, number> = new Map();

  add({ checked, left }: Parity): void {
    this.checked += checked;
    for (const [why, count] of left) this.#left.set(why, (this.#left.get(why) ?? 0) + count);
  }

  get others(): number {
    return [...this.#left.values()].reduce((sum, count) => sum + count, 0);
  }

  toString(): string {
    const out = [...this.#left].map(([why, count]) => `${count} ${why}`);
    return `${this.checked} answers are the servers'; left out: ${out.join('; ')}`;
  }
}

const disk = new Sum();
const memory = new Sum();

for (const file of caseFiles('conformance'))
  describe(`explain of ${topicOf(file)}`, () => {
    const answers = readAnswers(file);
    for (const testCase of readCaseFile(file))
      test.concurrent(testCase.name, async () => {
        const expected = answers?.byCase.get(testCase.name) ?? [];
        const [there, here] = await checkParity(testCase, expected, [onDisk, inMemory]);
        disk.add(there!);
        memory.add(here!);
        expect(there!.problems.join('\n')).toBe('');
        expect(here!.problems.map((text) => `in memory: ${text}`).join('\n')).toBe('');
      });
  });

test('most of the requests can be tried without a server', () => {
  expect(disk.checked).toBeGreaterThan(disk.others);
  expect(memory.checked).toBeGreaterThan(memory.others);
});

afterAll(() => {
  process.stdout.write(`explain: ${disk}\nexplain in memory: ${memory}\n`);
});
