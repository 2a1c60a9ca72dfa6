import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatHttpDate, httpDateNow, parseHttpDate } from './http-date.ts';

const NEW_YEAR_2024 = 1704067200000;

describe('formatHttpDate', () => {
  it('writes the example of RFC 9110 section 5.6.7', () => {
    expect(formatHttpDate(784111777000)).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
  });

  it('cuts fractions off', () => {
    expect(formatHttpDate(784111777999)).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
  });

  it('writes what is read back as the same second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253402300799 }), (second) => {
        expect(parseHttpDate(formatHttpDate(second * 1000))).toBe(second * 1000);
      }),
    );
  });
});

describe('httpDateNow', () => {
  it('follows the second it is given', () => {
    expect(httpDateNow(784111777500)).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
    expect(httpDateNow(784111777999)).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
    expect(httpDateNow(784111778000)).toBe('Sun, 06 Nov 1994 08:49:38 GMT');
    expect(httpDateNow(784111777000)).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
  });
});

describe('parseHttpDate', () => {
  it.each([
    'Mon, 01 Jan 2024 00:00:00 GMT',
    'Monday, 01-Jan-24 00:00:00 GMT',
    'Mon Jan  1 00:00:00 2024',
    'Mon, 1 Jan 2024 00:00:00 GMT',
    'Tue, 01 Jan 2024 00:00:00 GMT',
    'Mon, 01 Jan 2024 00:00:00 CET',
    'Mon, 01 Jan 2024 00:00:00 +0000',
    'Mon, 01 Jan 2024 00:00:00 GMT; length=20',
  ])('reads %j, as Apache does', (text) => expect(parseHttpDate(text)).toBe(NEW_YEAR_2024));

  it.each([
    ...[
      '',
      'junk',
      'Mon, 01 Jan 2024 00:00:00',
      'mon, 01 jan 2024 00:00:00 gmt',
      'Mon, 01 Jan 2024 0:00:00 GMT',
    ],
    ...['Mon, 01 Jan 2024 25:00:00 GMT', 'Mon, 01-Jan-2024 00:00:00 GMT', '01 Jan 2024 00:00:00 GMT'],
    ...['Mon, 31 Apr 2024 00:00:00 GMT', 'Mon, 00 Jan 2024 00:00:00 GMT', 'Mon, 01 Foo 2024 00:00:00 GMT'],
    'Wed, 29 Feb 2023 00:00:00 GMT',
  ])('finds no date in %j', (text) => expect(parseHttpDate(text)).toBeUndefined());

  it('reads two-digit years as 1970 to 2069', () => {
    expect(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT')).toBe(784111777000);
    expect(parseHttpDate('Sunday, 01-Jan-69 00:00:00 GMT')).toBe(Date.UTC(2069, 0, 1));
  });
});
