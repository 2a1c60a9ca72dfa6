import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { strftime } from './strftime.ts';

const CONVERSIONS = 'aAbBcCdDeFgGhHIjklmMnpPrRsStTuUVwWxXyYzZ%';

/** What the system's own strftime says in the C locale. */
function asked(format: string, seconds: number, zone: string): string {
  const text = execFileSync('date', ['-d', `@${seconds}`, `+${format}|`], {
    env: { LC_ALL: 'C', TZ: zone },
    encoding: 'latin1',
  });
  return text.slice(0, -2);
}

/** A day of every month of two years, some at the turn of a year, where the weeks' numbers differ. */
const MOMENTS = [
  ...Array.from(
    { length: 24 },
    (_, month) => Date.UTC(2023, month, 7 + month, month, 2 * month, month) / 1000,
  ),
  ...[2015, 2016, 2020, 2021, 2026].flatMap((year) => [
    Date.UTC(year, 0, 1, 0, 0, 5) / 1000,
    Date.UTC(year, 11, 31, 23, 59, 59) / 1000,
  ]),
];

describe('strftime', () => {
  it('says what C says, conversion by conversion', () => {
    const format = [...CONVERSIONS].map((letter) => `%${letter}`).join('|');
    for (const moment of MOMENTS)
      expect(strftime(format, moment * 1000, 'utc').replace('|GMT|', '|UTC|')).toBe(
        asked(format, moment, 'UTC'),
      );
  });

  it('knows the flags of the GNU library', () => {
    const format = '%-d %_d %0e %^a %^B %-H %_M %-j %^p %-I %Ey %Od';
    for (const moment of MOMENTS.slice(0, 6))
      expect(strftime(format, moment * 1000, 'utc')).toBe(asked(format, moment, 'UTC'));
  });

  it('names the zone of the machine', () => {
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    const format = '%Y-%m-%d %H:%M:%S %z %Z';
    for (const moment of MOMENTS.slice(0, 4))
      expect(strftime(format, moment * 1000)).toBe(asked(format, moment, timeZone));
  });

  it('leaves what it does not know', () => {
    expect(strftime('%Q %1 100%', 0, 'utc')).toBe('%Q %1 100%');
  });
});
