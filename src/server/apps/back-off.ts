// How long an application that ended too early waits before it is started again.

const FIRST_MS = 1000;
const LONGEST_MS = 60_000;

/** A process that was ready for so long has got over what let earlier ones fail. Milliseconds. */
export const CALM_MS = 10_000;

/** After it was given up, one request in so long may try again. Milliseconds. */
export const GIVEN_UP_MS = 60_000;

/**
 * Milliseconds before the next start. One crash of a process that was ready waits for nothing; from then on 1, 2, 4 …
 * 60 seconds.
 */
export function restartDelay(failuresInRow: number, wasReady: boolean): number {
  const strikes = wasReady ? failuresInRow - 1 : failuresInRow;
  return strikes <= 0 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** (strikes - 1));
}
