// What the balancer-manager shows and changes: the balancers of the server that answers, and what a request picks out
// of them.

import type { Exchange } from '../../../request/exchange.ts';
import type { Balancer } from '../balancer/balancer.ts';
import { BALANCER_PREFIX, type LbMethodName } from '../balancer/config.ts';
import type { BalancerMember } from '../balancer/member.ts';
import type { HealthConfig } from '../hcheck/config.ts';

/** What the configuration says of the balancers of a server. */
export interface ManagerSettings {
  readonly isPersistent: boolean;
  readonly inheritsBalancers: boolean;
  readonly inheritsPasses: boolean;
  /** Ways of choosing a member that are loaded. */
  readonly methods: readonly LbMethodName[];
  /** Templates and expressions; undefined where mod_proxy_hcheck is not loaded. */
  readonly health: HealthConfig | undefined;
}

export interface ManagerScene {
  readonly x: Exchange;
  readonly balancers: readonly Balancer[];
  readonly settings: ManagerSettings;
  /** What the request is about, if anything. */
  readonly balancer: Balancer | undefined;
  readonly member: BalancerMember | undefined;
}

/** A balancer by the name that links and forms carry: without its scheme. */
export function findByShortName(balancers: readonly Balancer[], name: string): Balancer | undefined {
  const wanted = `${BALANCER_PREFIX}${name}`.toLowerCase();
  return balancers.find((balancer) => balancer.name === wanted);
}

export function shortName({ name }: Balancer): string {
  return name.slice(BALANCER_PREFIX.length);
}

/** The member whose URL begins this one, the longest of them, as Apache finds workers. */
export function findMember({ members }: Balancer, given: string): BalancerMember | undefined {
  const url = lowerHost(given.replace(/^unix:[^|]*\|/i, ''));
  if (url === undefined) return undefined;
  let best: BalancerMember | undefined;
  for (const member of members) {
    const isLonger = best === undefined || member.url.length > best.url.length;
    if (isLonger && member.url.length >= url.least && url.text.startsWith(member.url)) best = member;
  }
  return best;
}

/** Scheme and host in lower case; `least` is where the path begins. */
function lowerHost(url: string): { readonly text: string; readonly least: number } | undefined {
  const found = /^[^:]*:\/\/[^/]+/.exec(url);
  if (found === null) return undefined;
  const [origin] = found;
  return { text: origin.toLowerCase() + url.slice(origin.length), least: origin.length };
}
