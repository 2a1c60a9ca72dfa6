import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesIfRange, multipartLength, parseRanges, partHead, partsEnd, RANGE_LIMITS } from './ranges.ts';

function ranges(value: string, length = 20): string {
  const result = parseRanges(value, length);
  return typeof result === 'string' ? result : result.map(({ first, last }) => `${first}-${last}`).join(' ');
}

function repeat(count: number, spec: (index: number) => string): string {
  return `bytes=${Array.from({ length: count }, (_, index) => spec(index)).join(',')}`;
}

describe('parseRanges', () => {
  // Of 20 bytes; the answers are Apache's.
  it.each([
    ['bytes=0-4', '0-4'],
    ['Bytes=0-4', '0-4'],
    ['bytes=0-', '0-19'],
    ['bytes=19-', '19-19'],
    ['bytes=0-100', '0-19'],
    ['bytes=-5', '15-19'],
    ['bytes=-100', '0-19'],
    ['bytes=0-4,', '0-4'],
    ['bytes=0-4,6-7', '0-4 6-7'],
    ['bytes=4-4,2-2,0-0', '4-4 2-2 0-0'],
    ['bytes=-5,0-1', '15-19 0-1'],
    ['bytes=0-4,3-6', '0-6'],
    ['bytes=0-4,5-6', '0-6'],
    ['bytes=5-6,0-4', '0-6'],
    ['bytes=3-6,0-4', '0-6'],
    ['bytes=0-4,2-3', '0-4'],
    ['bytes=2-3,0-19', '0-19'],
    ['bytes=10-12,0-15,4-5', '0-15'],
    ['bytes=0-1,4-5,2-3', '0-1 2-5'],
    ['bytes=30-,0-1', '0-1'],
    ['bytes=0-1,30-', '0-1'],
    ['bytes=0-,5-2', '0-19'],
    ['bytes=5-6,0-,5-6', '0-19'],
    ['bytes=20-', 'unsatisfiable'],
    ['bytes=20-30', 'unsatisfiable'],
    ['bytes=30-,40-', 'unsatisfiable'],
    ['bytes=9223372036854775807-', 'unsatisfiable'],
    ['bytes=5-2', 'whole'],
    ['bytes=5-2,0-', 'whole'],
    ['bytes=0-4,5-2', 'whole'],
    ['bytes=0-19,x', 'whole'],
    ['bytes=0-4, 6-7', 'whole'],
    ['bytes= 0-4', 'whole'],
    ['bytes =0-4', 'whole'],
    ['bytes=-0', 'whole'],
    ['bytes=0-1,-0', 'whole'],
    ['bytes=,0-4', 'whole'],
    ['bytes=,', 'whole'],
    ['bytes=', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=0', 'whole'],
    ['bytes=0-1-2', 'whole'],
    ['bytes=+0-4', 'whole'],
    ['bytes=0x1-4', 'whole'],
    ['bytes=0-99999999999999999999', 'whole'],
    ['bytes=-99999999999999999999', 'whole'],
    ['items=0-4', 'whole'],
  ])('%s is %s', (value, expected) => expect(ranges(value)).toBe(expected));

  it('sends an empty file whole', () => {
    expect(ranges('bytes=0-', 0)).toBe('whole');
    expect(ranges('bytes=-5', 0)).toBe('whole');
  });

  it('gives at most 200 ranges', () => {
    const many = (count: number) =>
      parseRanges(
        repeat(count, (i) => `${10 * i}-${10 * i + 1}`),
        10000,
      );
    expect(many(200)).toHaveLength(200);
    expect(many(201)).toBe('whole');
    expect(
      parseRanges(
        repeat(201, () => '90000-'),
        10000,
      ),
    ).toBe('unsatisfiable');
  });

  it('joins 20 ranges onto others and no more', () => {
    expect(
      parseRanges(
        repeat(21, () => '50-51'),
        100,
      ),
    ).toEqual([{ first: 50, last: 51 }]);
    expect(
      parseRanges(
        repeat(22, () => '50-51'),
        100,
      ),
    ).toBe('whole');
    expect(
      parseRanges(
        repeat(22, (i) => `${80 - 2 * i}-${81 - 2 * i}`),
        100,
      ),
    ).toBe('whole');
  });

  it('answers a flood of 0- with one range', () => {
    expect(
      parseRanges(
        repeat(1300, () => '0-'),
        100,
      ),
    ).toEqual([{ first: 0, last: 99 }]);
  });

  it('does as the directives say', () => {
    expect(parseRanges('bytes=0-1', 20, { ...RANGE_LIMITS, ranges: 0 })).toBe('whole');
    expect(parseRanges('bytes=3-6,0-4', 20, { ...RANGE_LIMITS, reversals: 0 })).toBe('whole');
    expect(parseRanges('bytes=0-4,3-6', 20, { ...RANGE_LIMITS, reversals: 0 })).toHaveLength(1);
  });

  it('never leaves the file', () => {
    const spec = fc.tuple(fc.nat(60), fc.nat(60), fc.constantFrom('ab', 'a-', '-b')).map(([a, b, form]) => {
      if (form === 'a-') return `${a}-`;
      return form === '-b' ? `-${b}` : `${a}-${b}`;
    });
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 6 }), fc.nat(40), (specs, length) => {
        const result = parseRanges(`bytes=${specs.join(',')}`, length);
        if (typeof result === 'string') return;
        for (const { first, last } of result) expect(0 <= first && first <= last && last < length).toBe(true);
      }),
    );
  });
});

describe('matchesIfRange', () => {
  const etag = '"14-60dd710212000"';
  const modified = 1704067200500;

  it.each([
    [undefined, true],
    [etag, true],
    [`W/${etag}`, false],
    ['"x"', false],
    ['Mon, 01 Jan 2024 00:00:00 GMT', true],
    ['Monday, 01-Jan-24 00:00:00 GMT', true],
    ['Wed, 01 Jan 2025 00:00:00 GMT', false],
    ['Sun, 01 Jan 2023 00:00:00 GMT', false],
    ['', false],
    ['14-60dd710212000', false],
    ['garbage', false],
  ])('of %j is %s', (ifRange, expected) => {
    expect(matchesIfRange(ifRange, etag, modified)).toBe(expected);
  });

  it('never matches a weak tag', () => {
    expect(matchesIfRange(`W/${etag}`, `W/${etag}`, modified)).toBe(false);
  });
});

describe('a multipart/byteranges body', () => {
  it('is written as Apache writes it and as long as was said', () => {
    const wanted = [
      { first: 0, last: 1 },
      { first: 4, last: 5 },
    ];
    const content = 'hello world of text\n';
    const boundary = '4634f88f19d70921';
    const parts = wanted.map(
      (range) => partHead(boundary, 'text/plain', range, 20) + content.slice(range.first, range.last + 1),
    );
    const body = parts.join('') + partsEnd(boundary);
    expect(body).toBe(
      '\r\n--4634f88f19d70921\r\nContent-type: text/plain\r\nContent-range: bytes 0-1/20\r\n\r\nhe' +
        '\r\n--4634f88f19d70921\r\nContent-type: text/plain\r\nContent-range: bytes 4-5/20\r\n\r\no ' +
        '\r\n--4634f88f19d70921--\r\n',
    );
    expect(multipartLength(boundary, 'text/plain', wanted, 20)).toBe(186);
    expect(body).toHaveLength(186);
  });

  it('names no type where there is none', () => {
    expect(partHead('b', undefined, { first: 0, last: 0 }, 1)).toBe(
      '\r\n--b\r\nContent-range: bytes 0-0/1\r\n\r\n',
    );
  });
});
