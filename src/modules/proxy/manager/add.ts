// A member that comes while the site runs.

import type { Balancer } from '../balancer/balancer.ts';
import { faultOfMember } from '../balancer/directives.ts';
import type { BalancerMember } from '../balancer/member.ts';
import { FLAG } from '../balancer/status-flags.ts';
import { memberName, Worker } from '../worker.ts';

/** Apache's bound on the name of a worker. */
const LONGEST_NAME = 255;

/** Adds a member that begins disabled; undefined when the URL is none, or there is no room (`growth=`). */
export function addMember(balancer: Balancer, url: string): BalancerMember | undefined {
  // What came in a request must not become a line of another one.
  if (url.length > LONGEST_NAME || /[\x00-\x1f\x7f]/.test(url)) return undefined;
  const name = faultOfMember(url) === undefined ? memberName(url) : undefined;
  if (name === undefined) return undefined;
  const member = balancer.addMember(new Worker(name));
  member?.set(FLAG.DISABLED);
  return member;
}
