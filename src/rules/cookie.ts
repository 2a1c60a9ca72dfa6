// The [CO] flag: one text, split into the fields of a Set-Cookie line.

import { lowerAscii } from '../kit/ascii.ts';

/** A cookie a rule sets: its name and the whole Set-Cookie value. */
export interface RuleCookie {
  readonly name: string;
  readonly line: string;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Reads `NAME:VALUE:domain[:minutes[:path[:secure[:httponly[:samesite]]]]]`, or the same with `;` when the text
 * begins with one. Undefined when name, value or domain is missing, as Apache then sets nothing.
 */
export function readCookie(text: string, now: Date): RuleCookie | undefined {
  const separator = text.startsWith(';') ? ';' : ':';
  // Consecutive separators count as one: there are no empty fields.
  const fields = text.split(separator).filter((field) => field !== '');
  const [name, value, domain, minutes, path, secure, httpOnly, sameSite] = fields;
  if (name === undefined || value === undefined || domain === undefined) return undefined;
  let line = `${name}=${value}; path=${path ?? '/'}; domain=${domain}`;
  const lifetime = Number.parseInt(minutes ?? '', 10);
  if (lifetime) line += `; expires=${cookieDate(new Date(now.getTime() + lifetime * 60_000))}`;
  if (isOn(secure, 'secure')) line += '; secure';
  if (isOn(httpOnly, 'httponly')) line += '; HttpOnly';
  if (sameSite !== undefined && sameSite !== '0' && lowerAscii(sameSite) !== 'false')
    line += `; SameSite=${sameSite}`;
  return { name, line };
}

function isOn(field: string | undefined, word: string): boolean {
  if (field === undefined) return false;
  const lower = lowerAscii(field);
  return lower === 'true' || lower === '1' || lower === word;
}

function cookieDate(date: Date): string {
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(twoDigits).join(':');
  const day = `${twoDigits(date.getUTCDate())}-${months[date.getUTCMonth()]}-${date.getUTCFullYear()}`;
  return `${days[date.getUTCDay()]}, ${day} ${clock} GMT`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
