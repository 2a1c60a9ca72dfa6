import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRegex } from '../../kit/regex/index.ts';
import { firstThatApplies } from './entry-index.ts';
import { matchPrefix } from './prefix.ts';

type Entry = { readonly prefix: string } | { readonly regex: ReturnType<typeof compileRegex> };

function applies(entry: Entry, uri: string): boolean {
  return 'regex' in entry ? entry.regex.test(uri) : matchPrefix(uri, entry.prefix) > 0;
}

const segment = fc.constantFrom('a', 'b', 'ab', 'c.d', '%', '');
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
const pattern = fc.constantFrom('^/a', '^/a/', '/b$', '^/ab/(.*)$', '^/a?b', '^/(a|b)', '^/c\\.d', 'c');
const entry: fc.Arbitrary<Entry> = fc.oneof(
  path.map((prefix) => ({ prefix })),
  pattern.map((source) => ({ regex: compileRegex(source) })),
);

describe('the index of aliases and redirects', () => {
  it('finds the entry that walking the list finds', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 24, maxLength: 60 }), path, (entries, uri) => {
        const walked = entries.findIndex((one) => applies(one, uri));
        const found = firstThatApplies(entries, uri, (one) =>
          applies(one, uri) ? entries.indexOf(one) : undefined,
        );
        expect(found ?? -1).toBe(walked);
      }),
      { numRuns: 2000 },
    );
  });

  it('looks at few of ten thousand', () => {
    const entries = Array.from({ length: 10_000 }, (_, i) => ({ prefix: `/old-${i}/page` }));
    let looks = 0;
    const find = (uri: string): string | undefined =>
      firstThatApplies(entries, uri, (one) => {
        looks += 1;
        return matchPrefix(uri, one.prefix) > 0 ? one.prefix : undefined;
      });
    expect(find('/old-9999/page/x')).toBe('/old-9999/page');
    expect(find('/none/at/all')).toBeUndefined();
    expect(looks).toBe(1);
  });
});
