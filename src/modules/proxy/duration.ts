// Time values of worker parameters: a number with an optional unit, as Apache's ap_timeout_parameter_parse reads it.

const UNITS: readonly (readonly [beginning: string, milliseconds: number])[] = [
  ['ms', 1],
  ['mi', 60_000],
  ['s', 1000],
  ['h', 3_600_000],
];

/**
 * Milliseconds of `5`, `500ms`, `2min`; a bare number counts in `unit`. Undefined when it is no time. Apache: no digits
 * are 0, and of a unit's name the beginning is enough (`5seconds`).
 */
export function parseDuration(text: string, unit: 's' | 'ms'): number | undefined {
  const [, digits = '0', behind = ''] = /^\s*([-+]?[0-9]+)?(.*)$/s.exec(text) ?? [];
  const name = behind === '' ? unit : behind;
  const found = UNITS.find(([beginning]) => name.startsWith(beginning));
  const value = Number(digits) * (found?.[1] ?? Number.NaN);
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** Digits at the beginning as a number, else 0 (C's atoi). */
export function leadingInteger(text: string): number {
  const found = /^\s*[-+]?[0-9]+/.exec(text);
  return found === null ? 0 : Number(found[0]);
}
