// How long something takes by itself: whatever else runs on the machine makes single measurements longer, never shorter.

const TRIES = 5;

/** The shortest of a few measurements in milliseconds; the first that is shorter than `enough` ends the search. */
export async function quickest(enough: number, run: () => Promise<unknown> | unknown): Promise<number> {
  let shortest = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried < TRIES && shortest >= enough; tried++) {
    const begun = performance.now();
    await run();
    shortest = Math.min(shortest, performance.now() - begun);
  }
  return shortest;
}
