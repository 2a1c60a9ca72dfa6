// Numbers and durations as Apache's directives read them.

/** The integer a text begins with, 0 when it begins with none (C's atoi). */
export function leadingInteger(text: string): number {
  const digits = /^[ \t]*([+-]?[0-9]+)/.exec(text);
  return digits ? Number(digits[1]) : 0;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, mi: 60_000, h: 3_600_000 };

/** Milliseconds of a duration such as `5`, `500ms`, `2min` or `1h`; a plain number counts seconds. */
export function parseDuration(text: string): number | undefined {
  const parts = /^([0-9]+)([a-z]*)$/i.exec(text);
  if (!parts) return undefined;
  const unit = parts[2]!.toLowerCase();
  if (unit === '') return Number(parts[1]) * 1000;
  const known = Object.keys(UNITS).find((name) => unit.startsWith(name));
  return known === undefined ? undefined : Number(parts[1]) * UNITS[known]!;
}
