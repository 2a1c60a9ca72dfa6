import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomPattern } from '../../test/support/random-pattern.ts';
import { inOrder, PatternIndex } from './pattern-index.ts';
import { compileRegex } from './regex/index.ts';

function indexOf(patterns: readonly ReturnType<typeof compileRegex>[]) {
  const index = new PatternIndex();
  const always: number[] = [];
  for (const [position, pattern] of patterns.entries())
    if (!index.add(pattern, position)) always.push(position);
  return (subject: string): readonly number[] => {
    const found: number[] = [];
    index.collect(subject, found);
    return inOrder(always, found);
  };
}

describe('an index of patterns', () => {
  const unit = fc.constantFrom('a', 'b', 'c', 'A', 'ab', 'cab');
  const literal = fc.string({ unit, minLength: 1, maxLength: 6 });
  const source = fc.oneof(
    literal,
    literal.map((text) => `^${text}`),
    literal.map((text) => `^${text}$`),
    fc.tuple(literal, literal).map(([one, two]) => `${one}.*${two}`),
    fc.array(literal, { minLength: 2, maxLength: 4 }).map((texts) => `(${texts.join('|')})`),
    randomPattern,
  );

  it('never leaves out a pattern that matches', () => {
    let matches = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(source, fc.boolean()), { maxLength: 60 }),
        fc.array(fc.string({ unit, maxLength: 10 }), { minLength: 1, maxLength: 5 }),
        (lines, subjects) => {
          const patterns = lines.map(([text, nocase]) => compileRegex(text, { nocase }));
          const candidates = indexOf(patterns);
          for (const subject of subjects) {
            const matching = patterns.flatMap((pattern, at) => (pattern.test(subject) ? [at] : []));
            matches += matching.length;
            const found = candidates(subject);
            expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
            expect(found).toEqual(expect.arrayContaining(matching));
          }
        },
      ),
      { numRuns: 300 },
    );
    expect(matches).toBeGreaterThan(500);
  });

  it('finds few of eight thousand', () => {
    const names = Array.from({ length: 8000 }, (_, i) => `Grabber${i * 7}x`);
    const candidates = indexOf(names.map((name) => compileRegex(name, { nocase: true })));
    expect(candidates('Mozilla/5.0 (compatible; grabber4333X/1.0)')).toEqual([619]);
    expect(candidates('Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0')).toEqual([]);
  });

  it('tells long addresses apart by what they do not share', () => {
    const paths = Array.from(
      { length: 8000 },
      (_, i) => `^/a/very/long/common/beginning/of/page-${i}\\.html$`,
    );
    const candidates = indexOf(paths.map((path) => compileRegex(path)));
    expect(candidates('/a/very/long/common/beginning/of/page-777.html')).toEqual([777]);
    expect(candidates('/x/a/very/long/common/beginning/of/page-777.html')).toEqual([]);
  });

  it('takes an addition after it was asked', () => {
    const index = new PatternIndex();
    const found: number[] = [];
    index.collect('abc', found);
    index.add(compileRegex('b'), 0);
    index.collect('abc', found);
    index.add(compileRegex('c'), 1);
    index.collect('abc', found);
    expect(found.sort()).toEqual([0, 0, 1]);
  });
});
