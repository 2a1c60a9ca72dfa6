// Times in access logs: the Common Log Format's, kept for a second, and the formats of `%{…}t`.

import type { Exchange } from '../../request/exchange.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

function two(n: number): string {
  return n < 10 ? `0${n}` : `${n}`;
}

/** `+0200` for the zone of this machine at that time. */
function zone(t: Date): string {
  const minutes = -t.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`;
}

let cachedSecond = -1;
let cachedText = '';

/** `[22/Nov/2026:09:15:02 +0000]`; the same second is written once. */
export function clfTime(millis: number): string {
  const second = Math.floor(millis / 1000);
  if (second !== cachedSecond) {
    cachedSecond = second;
    cachedText = strftime(new Date(second * 1000), '[%d/%b/%Y:%H:%M:%S %z]');
  }
  return cachedText;
}

const FIELDS: { readonly [letter: string]: (t: Date) => string } = {
  a: (t) => DAYS[t.getDay()]!.slice(0, 3),
  A: (t) => DAYS[t.getDay()]!,
  b: (t) => MONTHS[t.getMonth()]!.slice(0, 3),
  B: (t) => MONTHS[t.getMonth()]!,
  d: (t) => two(t.getDate()),
  D: (t) => strftime(t, '%m/%d/%y'),
  e: (t) => String(t.getDate()).padStart(2),
  F: (t) => strftime(t, '%Y-%m-%d'),
  H: (t) => two(t.getHours()),
  I: (t) => two(t.getHours() % 12 || 12),
  j: (t) => String(Math.floor((startOfDay(t) - startOfYear(t)) / 86_400_000 + 1.5)).padStart(3, '0'),
  m: (t) => two(t.getMonth() + 1),
  M: (t) => two(t.getMinutes()),
  n: () => '\n',
  p: (t) => (t.getHours() < 12 ? 'AM' : 'PM'),
  R: (t) => strftime(t, '%H:%M'),
  s: (t) => String(Math.floor(t.getTime() / 1000)),
  S: (t) => two(t.getSeconds()),
  t: () => '\t',
  T: (t) => strftime(t, '%H:%M:%S'),
  u: (t) => String(t.getDay() || 7),
  w: (t) => String(t.getDay()),
  y: (t) => two(t.getFullYear() % 100),
  Y: (t) => String(t.getFullYear()),
  z: zone,
  '%': () => '%',
};

function startOfDay(t: Date): number {
  return new Date(t.getFullYear(), t.getMonth(), t.getDate()).getTime();
}

function startOfYear(t: Date): number {
  return new Date(t.getFullYear(), 0, 1).getTime();
}

/** C's strftime in the C locale, as far as it makes sense in a log; other conversions stay as they are. */
export function strftime(t: Date, format: string): string {
  return format.replace(/%(.)/gs, (whole, letter: string) => FIELDS[letter]?.(t) ?? whole);
}

/** `%{FORMAT}t`: `begin:` and `end:` choose the moment; `sec`, `msec`, `usec` and fractions count since 1970. */
export function formatTime(x: Exchange, format: string): string {
  const atEnd = format.startsWith('end:');
  const rest = atEnd ? format.slice(4) : format.startsWith('begin:') ? format.slice(6) : format;
  const millis = atEnd ? x.site.io.now() : x.startedAt;
  switch (rest) {
    case '':
      return clfTime(millis);
    case 'sec':
      return String(Math.floor(millis / 1000));
    case 'msec':
      return String(Math.floor(millis));
    case 'usec':
      return String(Math.floor(millis * 1000));
    case 'msec_frac':
      return String(Math.floor(millis) % 1000).padStart(3, '0');
    case 'usec_frac':
      return String(Math.floor(millis * 1000) % 1_000_000).padStart(6, '0');
    default:
      return strftime(new Date(millis), rest);
  }
}
