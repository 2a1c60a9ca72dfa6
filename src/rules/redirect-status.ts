// The codes [R] takes.

import { equalsIgnoreCase } from '../kit/ascii.ts';

const spans: readonly (readonly [number, number])[] = [
  [100, 103],
  [200, 208],
  [226, 226],
  [300, 305],
  [307, 308],
  [400, 417],
  [421, 426],
  [428, 429],
  [431, 431],
  [451, 451],
  [500, 508],
  [510, 511],
];

/** True for the status codes Apache has a status line for. */
export function isKnownStatus(code: number): boolean {
  return spans.some(([first, last]) => code >= first && code <= last);
}

/**
 * The status [R=text] asks for, or undefined when it is a number that is no known status. Other words mean none, which
 * is 302 for a redirect and nothing that could be sent with a file.
 */
export function readRedirectStatus(text: string): number | undefined {
  if (equalsIgnoreCase(text, 'permanent')) return 301;
  if (equalsIgnoreCase(text, 'seeother')) return 303;
  if (equalsIgnoreCase(text, 'temp')) return 302;
  if (!/^[0-9]/.test(text)) return 0;
  const code = Number.parseInt(text, 10);
  return isKnownStatus(code) ? code : undefined;
}
