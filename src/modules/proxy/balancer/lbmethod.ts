// How a member is chosen: by requests, traffic or requests under way. A method compares two members; which members may
// be chosen at all is choose.ts's business.

import { defineModule, type Module } from '../../../request/module.ts';
import type { LbMethodName } from './config.ts';
import type { BalancerMember } from './member.ts';

/** One choice under way. */
export interface Choice {
  /** Looks at a member that may be chosen: is it better than the best so far? */
  isBetter(member: BalancerMember, best: BalancerMember | undefined): boolean;
  /** The choice is made. */
  made(member: BalancerMember): void;
}

/** Every member is owed its share; the one that is owed most is chosen and pays for all. */
class ByRequests implements Choice {
  #total = 0;

  isBetter(member: BalancerMember, best: BalancerMember | undefined): boolean {
    this.count(member);
    return best === undefined || member.lbStatus > best.lbStatus;
  }

  protected count(member: BalancerMember): void {
    member.lbStatus += member.loadFactor;
    this.#total += member.loadFactor;
  }

  made(member: BalancerMember): void {
    member.lbStatus -= this.#total;
  }
}

/** The member with the fewest requests under way; among equals, by requests. */
class ByBusyness extends ByRequests {
  override isBetter(member: BalancerMember, best: BalancerMember | undefined): boolean {
    this.count(member);
    if (best === undefined || member.busy < best.busy) return true;
    return member.busy === best.busy && member.lbStatus > best.lbStatus;
  }
}

/** The member with the fewest bytes, both ways, for its share. */
class ByTraffic implements Choice {
  #least = 0;

  isBetter(member: BalancerMember, best: BalancerMember | undefined): boolean {
    const { transferred, read, loadFactor } = member;
    const traffic = Math.floor(transferred / loadFactor) + Math.floor(read / loadFactor);
    if (best !== undefined && traffic >= this.#least) return false;
    this.#least = traffic;
    return true;
  }

  made(): void {
    // Bytes are counted as they flow.
  }
}

const METHODS: { readonly [name in LbMethodName]: () => Choice } = {
  byrequests: () => new ByRequests(),
  bytraffic: () => new ByTraffic(),
  bybusyness: () => new ByBusyness(),
};

/** The names that `lbmethod=` may give. */
export const LB_METHODS: readonly LbMethodName[] = ['byrequests', 'bytraffic', 'bybusyness'];

/** Begins a choice by a method. */
export function beginChoice(method: LbMethodName = 'byrequests'): Choice {
  return METHODS[method]();
}

/** Counts a member that was chosen by its session and not by the method: the others are owed for it all the same. */
export function payForSession(members: readonly BalancerMember[], chosen: BalancerMember): void {
  for (const member of members) {
    if (!member.isUsable) continue;
    member.lbStatus += member.loadFactor;
    chosen.lbStatus -= member.loadFactor;
  }
}

function methodModule(name: LbMethodName): Module {
  return defineModule<undefined, undefined>({ name: `lbmethod_${name}`, directives: [] });
}

/** The modules that have the methods: without one, its name is unknown. */
export const lbmethodByrequests: Module = methodModule('byrequests');
export const lbmethodBytraffic: Module = methodModule('bytraffic');
export const lbmethodBybusyness: Module = methodModule('bybusyness');
