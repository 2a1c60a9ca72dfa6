// The traps of docs/traps.md: the linter finds each as it is fallen into, and not where it is mended. What Apache and
// portico answer to both is held by the cases themselves.
import { describe, expect, it } from 'vitest';
import { readCaseFile } from '../support/case-file.ts';
import { caseFiles, topicOf } from '../support/case-list.ts';
import { lintCase } from '../support/lint-case.ts';

describe.each(caseFiles('conformance').filter((file) => topicOf(file).startsWith('traps/')))('%s', (file) => {
  const cases = readCaseFile(file);
  const traps = cases.filter(({ name }) => !name.endsWith('-mended'));

  it('has a mended form of every trap', () => {
    expect(traps.length).toBeGreaterThan(3);
    expect(cases.length).toBe(2 * traps.length);
  });

  it.each(traps.map((trap) => [trap.name, trap] as const))(
    '%s is found, and not when it is mended',
    (name, trap) => {
      const id = /^check: (\S+)$/m.exec(trap.note)?.[1];
      expect(id).toBeDefined();
      expect(lintCase(trap).map((finding) => finding.id)).toContain(id);
      const mended = cases.find((other) => other.name === `${name}-mended`);
      expect(lintCase(mended!).map((finding) => finding.id)).not.toContain(id);
    },
  );
});
