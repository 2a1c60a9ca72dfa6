// Random rule sets and requests: what the built portico and the real Apache answer alike stays alike. The seed is one
// without a difference: this guards what agrees. `npm run fuzz:rewrite` with other seeds looks for what does not.

import { describe, expect, it } from 'vitest';
import { testWith } from '../support/parts.ts';
import { caseText, differenceOf } from './case-text.ts';
import { generateItem } from './generator.ts';
import { runFuzz } from './runner.ts';

describe('random rule sets', () => {
  it('are the same for the same seed, whatever was made before', () => {
    const item = generateItem(7, 5, 4);
    expect(generateItem(7, 5, 4)).toEqual(item);
    expect(generateItem(7, 6, 4)).not.toEqual(item);
    expect(generateItem(8, 5, 4)).not.toEqual(item);
  });

  testWith(
    ['apache2'],
    'are answered as the real Apache answers them, 2,000 requests of one seed',
    async () => {
      const report = await runFuzz({ seed: 34, pairs: 2000, keepsGoing: true, perKind: 1 });
      const found = report.findings.map(
        ({ set, request, pair }) =>
          `${caseText('found', set, request === undefined ? [] : [request])}${differenceOf(pair)}`,
      );
      expect(found.join('\n')).toBe('');
      expect(report.pairs).toBeGreaterThan(1800);
      expect(report.statuses.size).toBeGreaterThan(8);
    },
    120_000,
  );
});
