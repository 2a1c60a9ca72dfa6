// Values as observed on Apache httpd 2.4.71.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type QueryRule, splitQuery } from './query.ts';

const plain: QueryRule = { append: false, discard: false, splitAtLast: false, never: false };

describe('splitting the query off a result', () => {
  it.each<[string, string | undefined, Partial<QueryRule>, string, string | undefined]>([
    ['/x', 'o', {}, '/x', 'o'],
    ['/x?a', 'o', {}, '/x', 'a'],
    ['/x?a', 'o', { append: true }, '/x', 'a&o'],
    ['/x?a', '', { append: true }, '/x', 'a'],
    ['/x?', 'o', { append: true }, '/x', 'o'],
    ['/x?', undefined, { append: true }, '/x', undefined],
    ['/x?a&', 'o', { append: true }, '/x', 'a&&o'],
    ['/x?a&', undefined, { append: true }, '/x', 'a&'],
    ['/x?z=v', 'a=1&', { append: true }, '/x', 'z=v&a=1'],
    ['/x', 'o', { discard: true }, '/x', undefined],
    ['/x?z=1&', 'o', { discard: true }, '/x', 'z=1'],
    ['/x?', 'o', {}, '/x', undefined],
    // An empty query still shows its question mark.
    ['/x?&', 'o', {}, '/x', ''],
    ['/p?a?b=v', undefined, {}, '/p', 'a?b=v'],
    ['/p?a?b=v', undefined, { splitAtLast: true }, '/p?a', 'b=v'],
    ['/x?a', 'o', { never: true }, '/x?a', undefined],
    ['ftp://h/a?x', 'q', {}, 'ftp://h/a?x', undefined],
    ['http://h?x', 'q', {}, 'http://h', 'x'],
    ['mailto:a@b?s=x', undefined, {}, 'mailto:a@b', 's=x'],
  ])('%s over %s with %j: %s and %s', (result, old, rule, path, query) => {
    expect(splitQuery(result, old, { ...plain, ...rule })).toMatchObject({ path, query });
  });

  it('loses nothing but one question mark and one ampersand', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '?', '&', '/') }), (text) => {
        const { path, query, split } = splitQuery(`/${text}`, undefined, plain);
        if (!split) expect(path).toBe(`/${text}`);
        else expect([`${path}?${query ?? ''}`, `${path}?${query ?? ''}&`]).toContain(`/${text}`);
      }),
    );
  });
});
