// Sequences that repeat themselves.

/** After how many steps the end of a sequence repeats itself; its length where it does not. */
export function periodOf(signs: readonly string[]): number {
  const { length } = signs;
  for (let period = 1; period <= length / 2; period++) {
    let same = 0;
    while (same + period < length && signs[length - 1 - same] === signs[length - 1 - same - period]) same++;
    if (same >= period) return period;
  }
  return length;
}
