// mod_proxy_balancer: keeps the balancers of a loaded site, and counts requests out when they are over.

import type { Exchange, LiveSite } from '../../../request/exchange.ts';
import { defineModule, type Module } from '../../../request/module.ts';
import { DECLINED, type Verdict } from '../../../request/verdict.ts';
import { Balancers } from './balancers.ts';
import type { BalancerMember } from './member.ts';

export const proxyBalancer: Module = defineModule<undefined, undefined>({
  name: 'proxy_balancer',
  directives: [],
  hooks: { logTransaction: countOut },
  open: () => new Balancers(),
});

/** The balancers of a loaded site and what has happened to them; undefined where mod_proxy_balancer is not loaded. */
export function balancersOf(site: LiveSite): Balancers | undefined {
  return proxyBalancer.state(site) as Balancers | undefined;
}

/** Counts a request in at a member. Apache: all members that a request tried are busy with it to its end. */
export function countIn(x: Exchange, member: BalancerMember): void {
  const { state } = x.root();
  const members = state[proxyBalancer.slot] as BalancerMember[] | undefined;
  if (members === undefined) state[proxyBalancer.slot] = [member];
  else members.push(member);
  member.busy += 1;
}

function countOut(x: Exchange): Verdict {
  const members = x.state[proxyBalancer.slot] as BalancerMember[] | undefined;
  if (members === undefined) return DECLINED;
  x.state[proxyBalancer.slot] = undefined;
  // A reset by the balancer-manager may have come first.
  for (const member of members) member.busy = Math.max(0, member.busy - 1);
  return DECLINED;
}
