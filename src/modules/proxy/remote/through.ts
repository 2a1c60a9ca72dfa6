// Which way a request goes: through the proxies that the configuration names for it, one after the other, or directly.

import type { Exchange } from '../../../request/exchange.ts';
import type { Verdict } from '../../../request/verdict.ts';
import type { RemoteProxy } from './remote-proxy.ts';

/** Sends the request: through a proxy, or directly. */
export type Send = (remote: RemoteProxy | undefined) => Verdict | Promise<Verdict>;

/**
 * Apache: where a proxy's answer cannot be read, and the request had no body that is gone by now, the next proxy is
 * tried, and in the end the backend itself. A proxy that cannot be reached is the end.
 */
export async function sendThrough(
  x: Exchange,
  remotes: readonly RemoteProxy[],
  send: Send,
): Promise<Verdict> {
  for (const remote of remotes) {
    const verdict = await send(remote);
    const mayGoOn = verdict === 502 && x.reason === 'Proxy Error' && !hasBody(x);
    if (!mayGoOn) return verdict;
    x.notes.delete('error-notes');
    x.reason = undefined;
  }
  return send(undefined);
}

function hasBody(x: Exchange): boolean {
  return x.body !== undefined && x.body.length !== 0;
}
