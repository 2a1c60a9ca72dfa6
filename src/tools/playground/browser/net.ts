// For node:net: addresses are read, connections are not opened.

import { parseAddress } from '../../../kit/ip-range.ts';
import { missing } from '../missing.ts';

export function isIP(text: string): 0 | 4 | 6 {
  if (parseAddress(text) === undefined) return 0;
  return text.includes(':') ? 6 : 4;
}

export function connect(): never {
  missing('open connections');
}
