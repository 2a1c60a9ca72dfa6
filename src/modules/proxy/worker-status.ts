// `status=+D-E` of a worker: letters that switch states on and off, as Apache's table of them has it.

/** States that a configuration can give to a worker, by Apache's letters. */
export type StatusLetter = 'D' | 'S' | 'E' | 'I' | 'H' | 'R' | 'N' | 'C' | 'U' | 'O' | 'G' | 'F';

/** What a line says of some states; those it does not name are as they are otherwise. */
export type WorkerStatus = ReadonlyMap<StatusLetter, boolean>;

const LETTERS = 'DSEIHRNCUOGF';

/** The states that a value of `status=` switches, on top of `before`; undefined when a letter is none. */
export function readWorkerStatus(value: string, before?: WorkerStatus): WorkerStatus | undefined {
  const status = new Map(before);
  let isOn = true;
  for (let i = 0; i < value.length; i++) {
    if (value[i] === '+' || value[i] === '-') {
      isOn = value[i] === '+';
      i += 1;
    }
    // Apache: a sign is followed by a letter.
    const letter = value[i]?.toUpperCase();
    if (letter === undefined || !LETTERS.includes(letter)) return undefined;
    status.set(letter as StatusLetter, isOn);
  }
  return status;
}

/** Is a worker shut by its configuration: disabled, stopped, failed in its checks? */
export function isShut(status: WorkerStatus | undefined): boolean {
  if (status === undefined) return false;
  return (['D', 'S', 'C', 'U'] as const).some((letter) => status.get(letter) === true);
}
