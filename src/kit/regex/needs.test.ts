import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomPattern } from '../../../test/support/random-pattern.ts';
import { lowerAscii } from '../ascii.ts';
import { compileRegex, type Need } from './index.ts';

/** As `^text` and `text`, alternatives joined. */
function shown(needs: readonly Need[]): string[] {
  return needs.map(({ texts, atStart }) => (atStart ? '^' : '') + texts.join('|'));
}

describe('what every match of a pattern has in it', () => {
  it.each([
    ['^/old/(.*)$', ['^/old/']],
    ['^/a\\.html$', ['^/a.html']],
    ['BlackWidow', ['blackwidow']],
    ['^/ab*c', ['^/a', 'c']],
    ['^/ab?c', ['^/ac|/abc']],
    ['^/ab+c', ['^/ab', 'bc']],
    ['^/(a|b)/c', ['^/a/c|/b/c']],
    ['^/a|/b', ['/a|/b']],
    ['(^|/)foo', ['foo|/foo']],
    ['(?i)GetRight', ['getright']],
    ['[Bb]ot[0-9]+x', ['bot', 'x']],
    ['(one|two.*three|[0-9])', []],
    ['(one|two.*three)', ['one|three']],
    ['\\bword\\b', ['word']],
    ['(?=x)y', ['y']],
    ['a{2,3}b', ['a', 'ab']],
    ['(ab){1}', ['ab']],
    ['(ab){0}c', ['c']],
    ['(ab)*', []],
    ['(?:[0-9]x)+', ['x']],
    ['^', []],
    ['^$', []],
    ['.*', []],
    ['(a)\\1b', ['a', 'b']],
    ['[^a]', []],
  ])('%s: %j', (source, expected) => {
    expect(shown(compileRegex(source).needs)).toEqual(expected);
  });

  it('is not multiplied out without end', () => {
    const [need] = compileRegex('[ab][ab][ab][ab][ab][ab][ab][ab]x').needs;
    expect(need!.texts.length).toBeLessThanOrEqual(32);
    const many = Array.from({ length: 1001 }, (_, i) => `bot${i}`).join('|');
    expect(compileRegex(many).needs).toEqual([]);
  });

  it('stands in every subject that matches', () => {
    const subjects = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', 'B'), maxLength: 8 });
    let held = 0;
    fc.assert(
      fc.property(randomPattern, subjects, fc.boolean(), (source, subject, nocase) => {
        const regex = compileRegex(source, { nocase });
        if (!regex.test(subject)) return;
        const text = lowerAscii(subject);
        for (const { texts, atStart } of regex.needs) {
          held++;
          const stands = texts.some((each) => (atStart ? text.startsWith(each) : text.includes(each)));
          expect(stands, `${source} on ${subject}: ${texts.join('|')}`).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
    expect(held).toBeGreaterThan(80);
  });
});
