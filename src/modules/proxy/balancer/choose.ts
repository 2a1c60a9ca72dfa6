// Which member gets a request: the sets in their order, in each the usable members, spares for those that are not, and
// standbys when there is nobody else.

import type { Balancer } from './balancer.ts';
import { beginChoice, type Choice } from './lbmethod.ts';
import type { BalancerMember } from './member.ts';
import { FLAG } from './status-flags.ts';

/** Chooses a member by the balancer's method; undefined when none is usable. */
export function chooseMember(balancer: Balancer): BalancerMember | undefined {
  const choice = beginChoice(balancer.params.lbmethod);
  for (const set of setsOf(balancer.members)) {
    const member = chooseFrom(balancer, set, choice);
    if (member === undefined) continue;
    choice.made(member);
    member.elected += 1;
    return member;
  }
  return undefined;
}

/** The members of each `lbset`, lowest first. */
function setsOf(members: readonly BalancerMember[]): readonly (readonly BalancerMember[])[] {
  const first = members[0];
  if (first === undefined) return [];
  if (members.every((member) => member.lbSet === first.lbSet)) return [members];
  const numbers = [...new Set(members.map((member) => member.lbSet))].sort((a, b) => a - b);
  return numbers.map((number) => members.filter((member) => member.lbSet === number));
}

function chooseFrom(
  balancer: Balancer,
  members: readonly BalancerMember[],
  choice: Choice,
): BalancerMember | undefined {
  const spares: BalancerMember[] = [];
  const standbys: BalancerMember[] = [];
  let missing = 0;
  let best: BalancerMember | undefined;
  const compare = (member: BalancerMember): void => {
    if (choice.isBetter(member, best)) best = member;
  };
  for (const member of members) {
    const isReserve = member.is(FLAG.HOT_SPARE) || member.is(FLAG.HOT_STANDBY);
    if (member.is(FLAG.DRAIN)) {
      if (!isReserve) missing += 1;
      continue;
    }
    if (!member.isUsable) balancer.retry(member);
    if (!member.isUsable) missing += isReserve ? 0 : 1;
    else if (member.is(FLAG.HOT_SPARE)) spares.push(member);
    else if (member.is(FLAG.HOT_STANDBY)) standbys.push(member);
    else compare(member);
  }
  for (const spare of spares.slice(0, missing)) compare(spare);
  if (best === undefined) for (const standby of standbys) compare(standby);
  return best;
}
