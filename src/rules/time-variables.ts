// %{TIME} and its parts: local time.

type TimePart = 'TIME_YEAR' | 'TIME_MON' | 'TIME_DAY' | 'TIME_HOUR' | 'TIME_MIN' | 'TIME_SEC' | 'TIME_WDAY';

const parts: Readonly<Record<TimePart, (date: Date) => string>> = {
  TIME_YEAR: (date) => String(date.getFullYear()).padStart(4, '0'),
  TIME_MON: (date) => twoDigits(date.getMonth() + 1),
  TIME_DAY: (date) => twoDigits(date.getDate()),
  TIME_HOUR: (date) => twoDigits(date.getHours()),
  TIME_MIN: (date) => twoDigits(date.getMinutes()),
  TIME_SEC: (date) => twoDigits(date.getSeconds()),
  TIME_WDAY: (date) => String(date.getDay()),
};

/** `TIME` is YYYYMMDDhhmmss; the others are its parts, and the day of the week with Sunday as 0. */
export type TimeVariable = 'TIME' | TimePart;

export function isTimeVariable(name: string): name is TimeVariable {
  return name === 'TIME' || Object.hasOwn(parts, name);
}

/** The value of a time variable at `date`. */
export function readTimeVariable(name: TimeVariable, date: Date): string {
  if (name !== 'TIME') return parts[name](date);
  const { TIME_YEAR, TIME_MON, TIME_DAY, TIME_HOUR, TIME_MIN, TIME_SEC } = parts;
  return [TIME_YEAR, TIME_MON, TIME_DAY, TIME_HOUR, TIME_MIN, TIME_SEC].map((part) => part(date)).join('');
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
