// Long computations in short pieces: a hash that takes thousands of rounds lets other requests have their turn.

import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long nobody else has a turn; the clock is asked every few rounds. */
const SLICE_MS = 1;
const ROUNDS_BETWEEN = 16;

/** Runs `round` for 0 to `count - 1`. */
export async function runRounds(count: number, round: (i: number) => void): Promise<void> {
  let began = performance.now();
  for (let i = 0; i < count; i++) {
    if (i % ROUNDS_BETWEEN === 0 && performance.now() - began > SLICE_MS) {
      await nextTurn();
      began = performance.now();
    }
    round(i);
  }
}
