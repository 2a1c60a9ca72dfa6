// Max-Forwards (RFC 9110 section 7.6.2): how many more hops a request may make, and what happens when it is none.

import { allowField } from '../../request/allow.ts';
import type { Exchange } from '../../request/exchange.ts';
import { OK, type Verdict } from '../../request/verdict.ts';
import { parseDecimal } from '../../wire/decimal.ts';
import type { ProxyServerConfig } from './config.ts';
import { proxyError } from './failure.ts';

/** Why a request goes no further: its field is malformed, or the number in it is used up. */
export type ForwardsEnd = 'malformed' | 'spent';

/** The number to send on; undefined for no field at all. */
export function readMaxForwards(x: Exchange, conf: ProxyServerConfig): number | undefined | ForwardsEnd {
  const sent = x.headers.get('max-forwards');
  if (sent === undefined) {
    return conf.maxForwards === undefined || conf.maxForwards < 0 ? undefined : conf.maxForwards;
  }
  const value = parseDecimal(sent);
  // Apache: numbers of 63 bits and more; a number is exact here up to 53.
  if (value === undefined || !Number.isSafeInteger(value)) return 'malformed';
  return value === 0 ? 'spent' : value - 1;
}

/** The answer of the last hop: TRACE and OPTIONS speak of this server, all others loop. */
export function endOfForwards(x: Exchange, end: ForwardsEnd): Verdict {
  if (end === 'malformed') return proxyError(x, 400, 'Max-Forwards request header could not be parsed');
  if (x.method === 'TRACE') return answerTrace(x);
  if (x.method === 'OPTIONS') return answerOptions(x);
  return proxyError(x, 400, 'Max-Forwards has reached zero - proxy loop?');
}

function answerTrace(x: Exchange): Verdict {
  let echo = `${x.requestLine}\r\n`;
  for (const [name, value] of x.headers) echo += `${name}: ${value}\r\n`;
  echo += '\r\n';
  x.contentType = 'message/http';
  x.responseBody = echo;
  return OK;
}

function answerOptions(x: Exchange): Verdict {
  x.headersOut.set('Allow', allowField(x));
  x.contentLength = 0;
  return OK;
}
