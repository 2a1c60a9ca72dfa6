import { describe, expect, it } from 'vitest';
import type { LiveMap } from './live-map.ts';
import { KeptMap } from './map-sql.ts';

function counted(values: Readonly<Record<string, string>>): LiveMap & { asked: number } {
  return {
    asked: 0,
    open: () => {},
    lookup(key) {
      this.asked += 1;
      return values[key] ?? null;
    },
  };
}

describe('a fastdbd: map', () => {
  it('asks once for each key, misses included', async () => {
    const source = counted({ a: '1' });
    const map = new KeptMap(source);
    for (let round = 0; round < 3; round++)
      expect([await map.lookup('a'), await map.lookup('b')]).toEqual(['1', null]);
    expect(source.asked).toBe(2);
    expect([map.isCached('a'), map.isCached('b'), map.isCached('c')]).toEqual([true, true, false]);
  });

  // As Apache 2.4.71 does: the default applies from the second time on.
  it('finds an empty value when it is fresh and not when it was kept', async () => {
    const map = new KeptMap(counted({ a: '' }));
    expect([await map.lookup('a'), await map.lookup('a')]).toEqual(['', null]);
  });

  it('keeps no more than ten thousand answers', async () => {
    const source = counted({});
    const map = new KeptMap(source);
    for (let i = 0; i <= 10_000; i++) await map.lookup(`${i}`);
    expect([map.isCached('0'), map.isCached('1'), map.isCached('10000')]).toEqual([false, true, true]);
  });
});
