// How pages speak of a member's state: Apache's words for its bits.

import type { BalancerMember } from './member.ts';
import { nameFlags } from './status-flags.ts';

/** `Init Ok `, `Init Dis `, …: each word followed by a space. */
export function stateOf(member: BalancerMember): string {
  return nameFlags(member.status) + (member.isUsable ? 'Ok ' : '');
}

/** Hundredths as Apache shows them. */
export function factorOf(member: BalancerMember): string {
  return (member.loadFactor / 100).toFixed(2);
}

/** `cookie`, or `cookie|parameter` where URLs have another name for it. */
export function stickyOf(cookie: string | undefined, parameter: string | undefined): string {
  if (cookie === undefined || cookie === '') return '';
  return parameter === undefined || parameter === cookie ? cookie : `${cookie}|${parameter}`;
}
