// Dates in HTTP (RFC 9110 section 5.6.7): the one form that is written, the three that are read.

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Milliseconds since 1970 as IMF-fixdate, e.g. `Sun, 06 Nov 1994 08:49:37 GMT`; fractions of a second are cut off. */
export function formatHttpDate(time: number): string {
  const date = new Date(Math.floor(time / 1000) * 1000);
  const day = `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]}`;
  const year = String(date.getUTCFullYear()).padStart(4, '0');
  const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${day} ${year} ${clock} GMT`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

let cachedSecond = -1;
let cachedDate = '';

/** The value of a Date field for this moment, formatted once a second. */
export function httpDateNow(now: number = Date.now()): string {
  const second = Math.floor(now / 1000);
  if (second !== cachedSecond) {
    cachedSecond = second;
    cachedDate = formatHttpDate(now);
  }
  return cachedDate;
}

// The name of the day is not looked at, and neither is what follows the time: Apache reads `… 00:00:00 CET` as GMT.
const FORMS = [
  /^[^ ]* (?<day>[0-9]{1,2}) (?<month>[A-Z][a-z]{2}) (?<year>[0-9]{4}) (?<clock>[0-9]{2}:[0-9]{2}:[0-9]{2}) /,
  /^[^ ]* (?<day>[0-9]{2})-(?<month>[A-Z][a-z]{2})-(?<year>[0-9]{2}) (?<clock>[0-9]{2}:[0-9]{2}:[0-9]{2}) /,
  /^[^ ]* (?<month>[A-Z][a-z]{2}) (?<day>[ 0-9][0-9]) (?<clock>[0-9]{2}:[0-9]{2}:[0-9]{2}) (?<year>[0-9]{4})/,
];

/**
 * Milliseconds since 1970 of an HTTP date in any of the three forms, or undefined. As Apache reads them: two-digit
 * years below 70 are of this century, and a day that the month does not have is no date.
 */
export function parseHttpDate(text: string): number | undefined {
  if (text !== lastText) {
    lastText = text;
    lastTime = readDate(text);
  }
  return lastTime;
}

// Who asks again for the same file says the same date (bench/README.md, "What was tried").
let lastText = '';
let lastTime: number | undefined;

function readDate(text: string): number | undefined {
  for (const form of FORMS) {
    const groups = form.exec(text)?.groups;
    if (groups) return toTime(groups as unknown as DateParts);
  }
  return undefined;
}

interface DateParts {
  readonly day: string;
  readonly month: string;
  readonly year: string;
  readonly clock: string;
}

function toTime(parts: DateParts): number | undefined {
  const month = MONTHS.indexOf(parts.month);
  const day = Number(parts.day);
  const year = fullYear(parts.year);
  const [hour, minute, second] = parts.clock.split(':').map(Number) as [number, number, number];
  if (month < 0 || hour > 23 || minute > 59 || second > 61) return undefined;
  if (day < 1 || day > new Date(Date.UTC(year, month + 1, 0)).getUTCDate()) return undefined;
  return Date.UTC(year, month, day, hour, minute, second);
}

function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 4) return year;
  return year < 70 ? 2000 + year : 1900 + year;
}
