// Is a message's outermost coding gzip? Then Content-Encoding is to name it no longer.

import { equalsIgnoreCase } from '../../kit/ascii.ts';
import type { HeaderList } from '../../wire/header-list.ts';

function isGzip(coding: string): boolean {
  return equalsIgnoreCase(coding, 'gzip') || equalsIgnoreCase(coding, 'x-gzip');
}

/** Takes gzip off the end of Content-Encoding, `identity` behind it too. False, and nothing done, where it is not there. */
export function takeGzipOff(headers: HeaderList): boolean {
  const value = headers.combined('content-encoding');
  if (value === undefined) return false;
  const codings = value.split(',').map((coding) => coding.trim());
  while (codings.length > 1 && isNothing(codings.at(-1)!)) codings.pop();
  if (!isGzip(codings.pop()!)) return false;
  if (codings.length === 0) headers.delete('content-encoding');
  else headers.set('Content-Encoding', codings.join(', '));
  return true;
}

function isNothing(coding: string): boolean {
  return coding === '' || equalsIgnoreCase(coding, 'identity');
}
