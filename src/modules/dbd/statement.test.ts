import { describe, expect, it } from 'vitest';
import { bindKey, readStatement } from './statement.ts';

const numbered = (position: number): string => `$${position}`;

describe('a statement', () => {
  it('has its parameters where %s and its kin stand', () => {
    expect(readStatement('SELECT a FROM t WHERE k = %s AND n = %d', numbered)).toEqual({
      sql: 'SELECT a FROM t WHERE k = $1 AND n = $2',
      parameters: ['s', 'd'],
    });
    expect(readStatement('%hhd %hu %lld %lf %pDt', numbered).parameters).toEqual([
      'hhd',
      'hu',
      'lld',
      'lf',
      'pDt',
    ]);
  });

  it('has a percent sign for two, and for one before anything that is no letter', () => {
    expect(readStatement("a LIKE '%%s%' AND 7 % 4", numbered)).toEqual({
      sql: "a LIKE '%s%' AND 7 % 4",
      parameters: [],
    });
  });

  it('binds the key to the first parameter and NULL to the others', () => {
    expect(bindKey(readStatement('%s %s', numbered), "x'")).toEqual(["x'", null]);
    expect(bindKey(readStatement('1', numbered), 'x')).toEqual([]);
  });
});
