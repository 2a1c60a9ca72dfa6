// Times in the error log: `Sun Nov 22 09:15:02.123000 2026`, and the other forms of `%{cuz}t`.

import { strftime } from '../kit/strftime.ts';

export interface LogTimeForm {
  /** `2026-11-22 09:15:02` instead of the form of C's ctime. */
  readonly compact: boolean;
  readonly micros: boolean;
  /** The offset from Greenwich behind it. */
  readonly offset: boolean;
}

/** A clock knows milliseconds here; microseconds end in three zeros. */
function fraction(millis: number, micros: boolean): string {
  return micros ? `.${String(Math.floor(millis) % 1000).padStart(3, '0')}000` : '';
}

export function logTime(millis: number, { compact, micros, offset }: LogTimeForm): string {
  const part = fraction(millis, micros);
  const zone = offset ? ' %z' : '';
  return strftime(compact ? `%Y-%m-%d %H:%M:%S${part}${zone}` : `%a %b %d %H:%M:%S${part} %Y${zone}`, millis);
}
