// The linter on configurations as people have them: what it finds there is written down with the reason, and nothing else
// is found. Notes are not looked at: they are shown only to who asks for them; what the reader says has its own tests.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reaches } from '../../src/tools/lint/index.ts';
import { type Case, readCaseFile } from '../support/case-file.ts';
import { caseFiles, topicOf } from '../support/case-list.ts';
import { lintCase } from '../support/lint-case.ts';

/** `FILE ID`, with the number of lines where there are several, in the order of their ids. */
function findingsIn(testCase: Case): string[] {
  const found = lintCase(testCase).filter(
    (finding) => reaches(finding, 'warning') && !finding.id.startsWith('conf/'),
  );
  const names = found.map(
    ({ id, diagnostic: { place } }) => `${(place?.file ?? '').replaceAll('/srv/', '')} ${id}`,
  );
  return [...new Set(names)].sort().map((name) => {
    const count = names.filter((one) => one === name).length;
    return count === 1 ? name : `${name} x${count}`;
  });
}

/** By `topic case`: each finding, and why it is right. */
function readExpected(): Map<string, Map<string, string>> {
  const expected = new Map<string, Map<string, string>>();
  let current = new Map<string, string>();
  for (const line of readFileSync(join(import.meta.dirname, 'wild.expected.txt'), 'utf8').split('\n')) {
    if (line.startsWith('#') || line.trim() === '') continue;
    if (line.startsWith('  ')) {
      const at = line.indexOf(': ');
      current.set(line.slice(2, at), line.slice(at + 2));
    } else {
      current = new Map();
      expected.set(line, current);
    }
  }
  return expected;
}

describe('the linter on configurations as people have them', () => {
  const expected = readExpected();
  const files = caseFiles('conformance').filter((file) => topicOf(file).startsWith('wild/'));
  const cases = files
    .flatMap(readCaseFile)
    .map((one): [string, Case] => [`${topicOf(one.file)} ${one.name}`, one]);

  it('has enough of them, and knows no others', () => {
    expect(cases.length).toBeGreaterThan(60);
    expect([...expected.keys()].filter((name) => !cases.some(([one]) => one === name))).toEqual([]);
  });

  it.each(cases)('%s', (name, testCase) => {
    const known = expected.get(name) ?? new Map<string, string>();
    expect(findingsIn(testCase)).toEqual([...known.keys()].sort());
    for (const reason of known.values()) expect(reason.length).toBeGreaterThan(10);
  });
});
