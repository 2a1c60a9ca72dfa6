// Balancers as the configuration names them: their parameters and members, how they are found by URL, and what a
// virtual host makes of its main server's. What happens to them while the site runs is balancer.ts's and member.ts's.

import { lowerAscii } from '../../../kit/ascii.ts';
import type { Worker } from '../worker.ts';

/** Beginning of every balancer's name. */
export const BALANCER_PREFIX = 'balancer://';

/** How members are chosen. */
export type LbMethodName = 'byrequests' | 'bytraffic' | 'bybusyness';

/** Parameters of one balancer; unset ones are undefined. Times in milliseconds. */
export interface BalancerParameters {
  lbmethod?: LbMethodName;
  /** The cookie that names a member's route. */
  sticky?: string;
  /** The same in URLs; as `sticky` where the line does not name it apart. */
  stickyPath?: string;
  /** Between a session's name and its route; '' for none. */
  stickySeparator?: string;
  /** `scolonpathdelim`: a semicolon ends the session in a URL, too. */
  semicolonEnds?: boolean;
  /** `nofailover`: a session whose member is gone is answered 503. */
  noFailover?: boolean;
  /** How long a request waits for a usable member. */
  timeout?: number;
  /** Further members that are tried. */
  maxAttempts?: number;
  failOnStatus?: readonly number[];
  failOnTimeout?: boolean;
  forceRecovery?: boolean;
  /** What the balancer-manager's forms carry; '' for none. */
  nonce?: string;
  /** Members that may be added at run time. */
  growth?: number;
}

/** One balancer of a server's configuration. */
export interface BalancerConfig {
  /** `balancer://name`, in lower case. */
  readonly name: string;
  readonly params: BalancerParameters;
  /** Workers of its own: none of them serves a URL by itself. */
  readonly members: Worker[];
  /** Path of the ProxyPass line that leads here, for pages; '' when none does. */
  path: string;
}

/** Does a URL name a balancer (Apache looks at the scheme alone)? */
export function isBalancerUrl(url: string): boolean {
  return lowerAscii(url.slice(0, 'balancer:'.length)) === 'balancer:';
}

/** The name of the balancer that a URL leads to; undefined when it names none. */
export function balancerName(url: string): string | undefined {
  const found = /^[^:]*:\/\/[^/]+/.exec(url);
  return found === null ? undefined : lowerAscii(found[0]);
}

export function findBalancer(balancers: readonly BalancerConfig[], url: string): BalancerConfig | undefined {
  const name = balancerName(url);
  return name === undefined ? undefined : balancers.find((balancer) => balancer.name === name);
}

/** Apache's limit on `balancer://name`. */
const LONGEST_NAME = 95;

/** A new balancer at the end of the list, or Apache's words why the URL names none. */
export function defineBalancer(balancers: BalancerConfig[], url: string): BalancerConfig | string {
  const name = balancerName(url);
  if (name === undefined) return `Bad syntax for a balancer name (${url})`;
  if (name.length > LONGEST_NAME) return `balancer name (${name}) too long`;
  const balancer: BalancerConfig = { name, params: {}, members: [], path: '' };
  balancers.push(balancer);
  return balancer;
}

/**
 * A virtual host's balancers: the main server's that it does not name itself, then its own. Of one that both name the
 * members are the main server's, and the virtual host's parameters come before them.
 */
export function mergeBalancers(
  base: readonly BalancerConfig[],
  add: readonly BalancerConfig[],
): BalancerConfig[] {
  const inherited = base.filter(({ name }) => !add.some((balancer) => balancer.name === name));
  const own = add.map((balancer) => {
    const below = base.find(({ name }) => name === balancer.name);
    if (below === undefined) return balancer;
    const { members, params, path } = below;
    return { ...balancer, members, path, params: mergeParameters(params, balancer.params) };
  });
  return [...inherited, ...own];
}

function mergeParameters(base: BalancerParameters, add: BalancerParameters): BalancerParameters {
  const failOnStatus = [...(add.failOnStatus ?? []), ...(base.failOnStatus ?? [])];
  return { ...base, ...add, ...(failOnStatus.length > 0 ? { failOnStatus } : {}) };
}
