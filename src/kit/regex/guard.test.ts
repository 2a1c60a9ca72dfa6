import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomPattern } from '../../../test/support/random-pattern.ts';
import { safeLength } from './guard.ts';
import { parseRegex } from './parser.ts';
import { translate } from './translate.ts';

const lengthFor = (pattern: string) => safeLength(parseRegex(pattern, {}).tree);

describe('the guard', () => {
  const usual = [
    '^(.*)$',
    '^/(.*)/(.*)$',
    '^/?$',
    '\\.(jpe?g|gif|png)$',
    '^/app/([a-z]+)/([0-9]+)/?$',
    '^(.*)\\.html$',
    '^([a-z]+\\.)*example\\.com$',
    '^(?!.*\\.php$)(.*)$',
    '^/(?:.*/)?index$',
    '.+',
    '[a-z]+',
    '^[0-9]{1,3}(\\.[0-9]{1,3}){3}$',
    'bot|crawl|spider',
  ];
  for (const pattern of usual) {
    it(`lets ${pattern} run on a RegExp for any request line`, () => {
      expect(lengthFor(pattern)).toBeGreaterThan(8192);
    });
  }

  const exponential = [
    '(a+)+$',
    '^(.*)*x$',
    '(x+x+)+y',
    '^(a|a)*$',
    '(\\w+\\s?)*$',
    '(a|ab)*c',
    '(?:a?){30}a{30}',
  ];
  for (const pattern of exponential) {
    it(`never lets ${pattern} run on a RegExp`, () => {
      expect(lengthFor(pattern)).toBe(0);
    });
  }

  const polynomial = ['a*b', '([^/]+)/([^/]*)', '^/(.*)/(.*)/(.*)x$', 'a.*b.*c', '^a*a*a*b', 'x+x+y'];
  for (const pattern of polynomial) {
    it(`lets ${pattern} run on a RegExp for short subjects only`, () => {
      expect(lengthFor(pattern)).toBeGreaterThan(8);
      expect(lengthFor(pattern)).toBeLessThan(8192);
    });
  }

  it('keeps its promise: a RegExp it admits is quick on the longest subject it admits', () => {
    fc.assert(
      fc.property(randomPattern, fc.constantFrom('a', 'ab', 'aab', 'abc'), (pattern, unit) => {
        const parsed = parseRegex(pattern, {});
        const translation = translate(parsed);
        if (!translation) return;
        const length = Math.min(safeLength(parsed.tree), 20_000);
        const subject = `${unit.repeat(length)}`.slice(0, Math.max(length - 1, 0));
        const start = performance.now();
        translation.regexp.test(length > 0 ? `${subject}!` : '');
        expect(performance.now() - start).toBeLessThan(1000);
      }),
      { numRuns: 300 },
    );
  });
});
