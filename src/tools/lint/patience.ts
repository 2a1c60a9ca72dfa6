// How long checks may take where somebody waits for what they say. Files are checked to the end, however long that takes;
// while somebody types it must not.

/** Thrown where the time is over. */
export class OutOfPatience extends Error {}

let until = Number.POSITIVE_INFINITY;

/** Runs checks that end, with OutOfPatience, once so many milliseconds have gone. */
export function withPatience<T>(milliseconds: number, run: () => T): T {
  const before = until;
  until = performance.now() + milliseconds;
  try {
    return run();
  } finally {
    until = before;
  }
}

/** To be called wherever a check has done what takes some time, and is going to do it again. */
export function keepPatience(): void {
  if (until !== Number.POSITIVE_INFINITY && performance.now() > until) throw new OutOfPatience();
}
