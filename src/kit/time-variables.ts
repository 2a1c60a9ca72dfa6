// The variables that tell the time, as mod_rewrite and expressions spell it: local time, digits alone.

function two(n: number): string {
  return n < 10 ? `0${n}` : `${n}`;
}

/** `20240102030405`. */
export function fullTime(t: Date): string {
  const day = `${t.getFullYear()}${two(t.getMonth() + 1)}${two(t.getDate())}`;
  return day + two(t.getHours()) + two(t.getMinutes()) + two(t.getSeconds());
}

/** By name; `TIME_WDAY` counts from Sunday, 0. */
export const timeVariables: readonly (readonly [name: string, part: (t: Date) => string])[] = [
  ['TIME', fullTime],
  ['TIME_YEAR', (t) => String(t.getFullYear())],
  ['TIME_MON', (t) => two(t.getMonth() + 1)],
  ['TIME_DAY', (t) => two(t.getDate())],
  ['TIME_HOUR', (t) => two(t.getHours())],
  ['TIME_MIN', (t) => two(t.getMinutes())],
  ['TIME_SEC', (t) => two(t.getSeconds())],
  ['TIME_WDAY', (t) => String(t.getDay())],
];
