// Time values of worker parameters: a number with an optional unit, as Apache's ap_timeout_parameter_parse reads it.

const UNITS: { readonly [unit: string]: number } = { ms: 1, s: 1000, mi: 60_000, min: 60_000, h: 3_600_000 };

/** Milliseconds of `5`, `500ms`, `2min`; a bare number counts in `unit`. Undefined when it is no time. */
export function parseDuration(text: string, unit: 's' | 'ms'): number | undefined {
  const found = /^([0-9]+)(ms|s|mi|min|h)?$/i.exec(text);
  if (found === null) return undefined;
  const value = Number(found[1]) * UNITS[(found[2] ?? unit).toLowerCase()]!;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Digits at the beginning as a number, else 0 (C's atoi). */
export function leadingInteger(text: string): number {
  const found = /^\s*[-+]?[0-9]+/.exec(text);
  return found === null ? 0 : Number(found[0]);
}
