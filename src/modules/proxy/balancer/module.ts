// mod_proxy_balancer: keeps the balancers of a loaded site, and counts requests out when they are over.

import type { Server } from '../../../conf/server.ts';
import type { Exchange, LiveSite } from '../../../request/exchange.ts';
import { logServer } from '../../../request/log.ts';
import { defineModule, type Module } from '../../../request/module.ts';
import { DECLINED, type Verdict } from '../../../request/verdict.ts';
import { Balancers, type BalancersConfig } from './balancers.ts';
import type { LbMethodName } from './config.ts';
import type { BalancerMember } from './member.ts';
import { loadHint } from './parameters.ts';

export const proxyBalancer: Module = defineModule<undefined, undefined>({
  name: 'proxy_balancer',
  directives: [],
  hooks: { logTransaction: countOut },
  open: (_site, before) => new Balancers(before as Balancers | undefined),
});

/** The balancers of a loaded site and what has happened to them; undefined where mod_proxy_balancer is not loaded. */
export function balancersOf(site: LiveSite): Balancers | undefined {
  return proxyBalancer.state(site) as Balancers | undefined;
}

/** Brings the balancers of a site to life. Throws where a method has no module, as Apache then does not start. */
export function openBalancers(site: LiveSite, configOf: (server: Server) => BalancersConfig): void {
  const balancers = balancersOf(site);
  if (balancers === undefined) return;
  balancers.open(site.servers, {
    configOf,
    log: (server, text) => logServer(site, server, 'proxy', 'debug', text),
  });
  for (const server of site.servers) {
    for (const { params } of balancers.of(server)) requireMethod(site, params.lbmethod ?? 'byrequests');
  }
}

function requireMethod({ modules }: LiveSite, method: LbMethodName): void {
  if (modules.some(({ name }) => name === `lbmethod_${method}`)) return;
  throw new Error(`AH02432: Cannot find LB Method: ${method}; ${loadHint(method)}`);
}

/** Counts a request in at a member. Apache: all members that a request tried are busy with it to its end. */
export function countIn(x: Exchange, member: BalancerMember): void {
  const root = x.root();
  const members = root.stateOf(proxyBalancer.slot) as BalancerMember[] | undefined;
  if (members === undefined) root.keepState(proxyBalancer.slot, [member]);
  else members.push(member);
  member.busy += 1;
}

function countOut(x: Exchange): Verdict {
  const members = x.stateOf(proxyBalancer.slot) as BalancerMember[] | undefined;
  if (members === undefined) return DECLINED;
  x.keepState(proxyBalancer.slot, undefined);
  // A reset by the balancer-manager may have come first.
  for (const member of members) member.busy = Math.max(0, member.busy - 1);
  return DECLINED;
}
