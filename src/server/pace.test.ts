import { describe, expect, it } from 'vitest';
import { paceFor } from './pace.ts';

function pace(...timeouts: (number | undefined)[]): number {
  return paceFor(
    timeouts.map((keepAliveTimeout) => ({
      aliases: [],
      wildAliases: [],
      listens: [],
      ...(keepAliveTimeout === undefined ? {} : { keepAliveTimeout }),
    })),
  );
}

describe('the pace of the clock', () => {
  it('is four times a second where times are whole seconds', () => {
    expect(pace(undefined)).toBe(250);
    expect(pace(5000, 60_000)).toBe(250);
  });

  it('is a fifth of the shortest KeepAliveTimeout below', () => {
    expect(pace(5000, 500, undefined)).toBe(100);
    expect(pace(100)).toBe(20);
  });

  it('never is faster than a hundred times a second', () => {
    expect(pace(1)).toBe(10);
  });
});
