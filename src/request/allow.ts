// The Allow field: which methods would have been answered (RFC 9110 section 10.2.1).

import { coreServer } from './core-config.ts';
import type { Exchange } from './exchange.ts';

/** What a file answers, for `x.allowed`. */
export const METHODS_OF_A_FILE = 'GET,POST,OPTIONS,HEAD';

/** What the handler named in `x.allowed`, and TRACE, which the server itself answers. */
export function allowField(x: Exchange): string {
  if (coreServer(x.server).traceEnable === 'off') return x.allowed;
  return x.allowed === '' ? 'TRACE' : `${x.allowed},TRACE`;
}
