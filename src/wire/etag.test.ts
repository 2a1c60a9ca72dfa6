import { describe, expect, it } from 'vitest';
import { equalsStrongly, equalsWeakly, fileEtag, parseEtagList } from './etag.ts';

const NEW_YEAR_2024 = 1704067200000000;

describe('fileEtag', () => {
  it('is size and mtime in hexadecimal, as Apache tags 20 bytes of New Year 2024', () => {
    expect(fileEtag({ size: 20, mtimeMicros: NEW_YEAR_2024 }, NEW_YEAR_2024 * 2)).toBe('"14-60dd710212000"');
  });

  it('is weak while the file is younger than a second', () => {
    const file = { size: 20, mtimeMicros: NEW_YEAR_2024 };
    expect(fileEtag(file, NEW_YEAR_2024 + 999_999)).toBe('W/"14-60dd710212000"');
    expect(fileEtag(file, NEW_YEAR_2024 + 1_000_000)).toBe('"14-60dd710212000"');
  });

  it('has the parts that FileETag names', () => {
    const file = { size: 20n, mtimeMicros: BigInt(NEW_YEAR_2024), inode: 255n };
    const tag = (inode: boolean, size: boolean, mtime: boolean) =>
      fileEtag(file, NEW_YEAR_2024 * 2, { inode, size, mtime });
    expect(tag(true, true, true)).toBe('"ff-14-60dd710212000"');
    expect(tag(false, true, false)).toBe('"14"');
    expect(tag(false, false, false)).toBeUndefined();
  });
});

describe('comparison', () => {
  it('follows the table of RFC 9110 section 8.8.3.2', () => {
    const rows = [
      ['W/"1"', 'W/"1"', false, true],
      ['W/"1"', 'W/"2"', false, false],
      ['W/"1"', '"1"', false, true],
      ['"1"', '"1"', true, true],
    ] as const;
    for (const [a, b, strong, weak] of rows) {
      expect(equalsStrongly(a, b)).toBe(strong);
      expect(equalsWeakly(a, b)).toBe(weak);
    }
  });
});

describe('parseEtagList', () => {
  it.each([
    ['"a"', ['"a"']],
    ['"a", W/"b"', ['"a"', 'W/"b"']],
    ['"a,b" ,"c"', ['"a,b"', '"c"']],
    ['"a", garbage, "c"', ['"a"', '"c"']],
    ['"a" "b"', []],
    ['a', []],
    ['', []],
    [',,"a",', ['"a"']],
    ['w/"a"', []],
    ['"a', []],
  ])('finds the tags in %j', (list, tags) => expect(parseEtagList(list)).toEqual(tags));

  it('stays fast on a list of commas and quotes', () => {
    expect(parseEtagList(`${',"'.repeat(50_000)}`).length).toBeLessThan(50_000);
  });
});
