// Work that can usually be done at once and sometimes has to wait (a look-up program, a subrequest).
// Written once as a generator that yields each promise; nothing is allocated for promises while nothing waits.

/** A computation of T that yields every promise it has to wait for. */
export type Waiting<T> = Generator<Promise<unknown>, T, unknown>;

/** Waits for a value that may be there already: `const x = yield* when(host.look(y))`. */
export function* when<T>(value: T | Promise<T>): Waiting<T> {
  return value instanceof Promise ? ((yield value) as T) : value;
}

/** Runs to the end: answers the value itself when nothing had to wait, else a promise of it. */
export function settle<T>(work: Waiting<T>): T | Promise<T> {
  const step = work.next();
  return step.done ? step.value : settleLater(work, step.value);
}

async function settleLater<T>(work: Waiting<T>, first: Promise<unknown>): Promise<T> {
  let awaited = first;
  for (;;) {
    const step = await awaited.then(
      (value) => work.next(value),
      (error) => work.throw(error),
    );
    if (step.done) return step.value;
    awaited = step.value;
  }
}
