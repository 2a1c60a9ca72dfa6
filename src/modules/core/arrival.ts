// What is refused as soon as the head of a request is read: tunnels, and with StrictHostCheck unknown hosts.

import { METHODS_OF_A_FILE } from '../../request/allow.ts';
import { coreServer } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { DECLINED, type Verdict } from '../../request/verdict.ts';
import { isNameOf } from '../../request/vhosts.ts';

/** CONNECT asks for a forward proxy, which portico is not. */
function refuseTunnel(x: Exchange): Verdict {
  x.allowed = METHODS_OF_A_FILE;
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
