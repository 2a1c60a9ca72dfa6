// Numbers as they stand in messages: digits and nothing else.

import { isDigit } from './field-syntax.ts';

const LARGEST_INT64 = '9223372036854775807';

/**
 * The value of a run of decimal digits that fits 63 bits; undefined for anything else, signs and blanks included.
 * Above 2^53 the answer is rounded: good for telling that it is too large, and for nothing more.
 */
export function parseDecimal(text: string): number | undefined {
  if (text === '') return undefined;
  for (let i = 0; i < text.length; i++) if (!isDigit(text.charCodeAt(i))) return undefined;
  if (text.length <= 15) return Number(text);
  const digits = text.replace(/^0+/, '');
  const fits =
    digits.length < LARGEST_INT64.length ||
    (digits.length === LARGEST_INT64.length && digits <= LARGEST_INT64);
  return fits ? Number(digits) : undefined;
}
