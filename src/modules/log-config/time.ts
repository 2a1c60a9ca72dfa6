// Times in access logs: the Common Log Format's, kept for a second, and the formats of `%{…}t`.

import { strftime } from '../../kit/strftime.ts';

let cachedSecond = -1;
let cachedText = '';

/** `[22/Nov/2026:09:15:02 +0000]`; the same second is written once. */
export function clfTime(millis: number): string {
  const second = Math.floor(millis / 1000);
  if (second !== cachedSecond) {
    cachedSecond = second;
    cachedText = strftime('[%d/%b/%Y:%H:%M:%S %z]', second * 1000);
  }
  return cachedText;
}

/** A time in milliseconds as text. */
export type TimeFormat = (millis: number) => string;

const COUNTS: ReadonlyMap<string, TimeFormat> = new Map<string, TimeFormat>([
  ['sec', (millis) => String(Math.floor(millis / 1000))],
  ['msec', (millis) => String(Math.floor(millis))],
  ['usec', (millis) => String(Math.floor(millis * 1000))],
  ['msec_frac', (millis) => String(Math.floor(millis) % 1000).padStart(3, '0')],
  ['usec_frac', (millis) => String(Math.floor(millis * 1000) % 1_000_000).padStart(6, '0')],
]);

/** What `%{…}t` says: which moment of the request, and how it is written. */
export interface RequestTimeFormat {
  readonly moment: 'begin' | 'end';
  readonly write: TimeFormat;
}

/** `begin` and `end`, alone or with a colon, choose the moment; the rest counts since 1970 or is strftime's. */
export function compileTimeFormat(argument: string): RequestTimeFormat {
  const found = /^(begin|end)(?::|$)/.exec(argument);
  const moment = found?.[1] === 'end' ? 'end' : 'begin';
  const format = argument.slice(found?.[0].length ?? 0);
  if (format === '') return { moment, write: clfTime };
  return { moment, write: COUNTS.get(format) ?? ((millis) => strftime(format, millis)) };
}
