// How long a failing application waits.
import { describe, expect, it } from 'vitest';
import { restartDelay } from './back-off.ts';
import { Failures } from './failures.ts';

describe('the pause before the next start', () => {
  it('grows from one second to sixty', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8, 100].map((failures) => restartDelay(failures, false) / 1000);
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('is none for a process that was ready and crashed once', () => {
    expect([1, 2, 3].map((failures) => restartDelay(failures, true))).toEqual([0, 1000, 2000]);
  });
});

describe('failures in a row', () => {
  const rules = { limit: 3, mayRestart: true };
  const early = { wasReady: false, readyFor: 0 };

  it('end in giving up, with one try a minute', () => {
    const failures = new Failures();
    expect(failures.add(early, rules, 0)).toEqual({ isGivenUp: false, pause: 1000 });
    expect(failures.mayStart(999)).toBe(false);
    expect(failures.mayStart(1000)).toBe(true);
    failures.add(early, rules, 1000);
    expect(failures.add(early, rules, 2000)).toEqual({ isGivenUp: true, pause: 60_000 });
    expect(failures.isGivenUp(61_999)).toBe(true);
    expect(failures.isGivenUp(62_000)).toBe(false);
    expect(failures.add(early, rules, 62_000)).toEqual({ isGivenUp: true, pause: 60_000 });
  });

  it('are forgotten by a process that was calm for a while, and by an operator', () => {
    const failures = new Failures();
    failures.add(early, rules, 0);
    failures.add(early, rules, 0);
    expect(failures.add({ wasReady: true, readyFor: 10_000 }, rules, 0)).toEqual({
      isGivenUp: false,
      pause: 0,
    });
    failures.add(early, rules, 0);
    failures.forgive();
    expect(failures.mayStart(0)).toBe(true);
    expect(failures.add(early, rules, 0).pause).toBe(1000);
  });

  it('allow no other start where it must not be started again', () => {
    const failures = new Failures();
    expect(failures.add(early, { limit: 3, mayRestart: false }, 0).isGivenUp).toBe(true);
    expect(failures.mayStart(1e12)).toBe(false);
  });
});
