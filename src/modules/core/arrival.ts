// What is refused as soon as the head of a request is read: tunnels, and with StrictHostCheck unknown hosts.

import { coreServer } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { DECLINED, type Verdict } from '../../request/verdict.ts';
import { isNameOf } from '../../request/vhosts.ts';
import { allowedMethods } from './static.ts';

/** CONNECT asks for a forward proxy, which portico is not. */
function refuseTunnel(x: Exchange): Verdict {
  x.errHeadersOut.set('Allow', allowedMethods(x));
  return 405;
}

/** First of all hooks. With StrictHostCheck a server answers for its own names only. */
export function checkArrival(x: Exchange): Verdict {
  if (x.method === 'CONNECT') return refuseTunnel(x);
  if (coreServer(x.server).strictHostCheck !== true || x.hostname === '') return DECLINED;
  if (isNameOf(x.server, x.hostname)) return DECLINED;
  logEvent(x, 'core', 'error', `AH10157: Strict host check failed for '${x.hostname}'`);
  return 400;
}
