// Long computations in short pieces: a hash that takes thousands of rounds lets other requests have their turn.

import { setImmediate as nextTurn } from 'node:timers/promises';

/** Rounds of a few microseconds each: nobody waits longer than about a millisecond. */
const ROUNDS_AT_ONCE = 250;

/** Runs `round` for 0 to `count - 1`. */
export async function runRounds(count: number, round: (i: number) => void): Promise<void> {
  for (let i = 0; i < count; i++) {
    if (i % ROUNDS_AT_ONCE === ROUNDS_AT_ONCE - 1) await nextTurn();
    round(i);
  }
}
