// What the outcome of a check does to a member, as Apache counts: outcomes that would change nothing are not counted,
// and those that would are, whatever lies between them.

import type { BalancerMember } from '../balancer/member.ts';
import { FLAG } from '../balancer/status-flags.ts';

/** What a check has changed; undefined for nothing. */
export type HealthChange = 'ENABLING' | 'DISABLING' | undefined;

/** Counts a check, and takes the member out of use, or into it again. */
export function countCheck(member: BalancerMember, hasPassed: boolean): HealthChange {
  const isOut = member.is(FLAG.HC_FAIL) || member.is(FLAG.IN_ERROR);
  if (isOut) return hasPassed ? countPass(member) : undefined;
  return hasPassed ? undefined : countFailure(member);
}

function countPass(member: BalancerMember): HealthChange {
  const { health } = member;
  health.passed += 1;
  if (health.passed < health.passes) return undefined;
  member.clear(FLAG.HC_FAIL | FLAG.IN_ERROR);
  health.passed = 0;
  return 'ENABLING';
}

function countFailure(member: BalancerMember): HealthChange {
  const { health } = member;
  member.errorTime = Date.now();
  health.failed += 1;
  if (health.failed < health.fails) return undefined;
  member.set(FLAG.HC_FAIL);
  health.failed = 0;
  return 'DISABLING';
}
