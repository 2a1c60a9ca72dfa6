// Work that can usually be done at once and sometimes has to wait (a look-up program, a subrequest).
// Written once as a generator that yields each promise; nothing is allocated for promises while nothing waits.

/** A value that is there already, or comes later. */
export type Soon<T> = T | Promise<T>;

/** Goes on with a value: at once where it is there, so that a chain of steps needs no promise while nothing waits. */
export function andThen<T, U>(value: Soon<T>, next: (value: T) => Soon<U>): Soon<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/**
 * Goes on with a promised value and what else `next` has to know. Steps that every request takes look for the promise
 * themselves and hand it over here: a closure in their own body costs an allocation even where nothing waits
 * (bench/README.md, "What was tried").
 */
export function goOn<T, C, U>(
  value: Promise<T>,
  next: (context: C, value: T) => Soon<U>,
  context: C,
): Promise<U> {
  return value.then((later) => next(context, later));
}

/** Runs `work`; what it throws, or its promise rejects with, is answered by `recover`. */
export function guard<T>(work: () => Soon<T>, recover: (error: unknown) => Soon<T>): Soon<T> {
  try {
    const value = work();
    return value instanceof Promise ? value.catch(recover) : value;
  } catch (error) {
    return recover(error);
  }
}

/** A computation of T that yields every promise it has to wait for. */
export type Waiting<T> = Generator<Promise<unknown>, T, unknown>;

/** Waits for a value that may be there already: `const x = yield* when(host.look(y))`. */
export function* when<T>(value: Soon<T>): Waiting<T> {
  return value instanceof Promise ? ((yield value) as T) : value;
}

/** Runs to the end: answers the value itself when nothing had to wait, else a promise of it. */
export function settle<T>(work: Waiting<T>): Soon<T> {
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
