// ProxyPassReverse with a balancer's URL: what any member says about itself, put into the public site's words.

import { startsWithIgnoreCase } from '../../../kit/ascii.ts';
import type { BalancerMember } from './member.ts';

/**
 * A URL below a member, and below `from` (`balancer://name/path`) there, with `to` in the place of both; undefined when
 * it is below none.
 */
export function reverseMember(
  members: readonly BalancerMember[],
  from: string,
  to: string,
  value: string,
): string | undefined {
  const slash = from.indexOf('/', from.indexOf('://') + 3);
  const path = slash < 0 || slash === from.length - 1 ? '' : from.slice(slash);
  for (const { url } of members) {
    const base = path !== '' && url.endsWith('/') ? url.slice(0, -1) : url;
    if (!startsWithIgnoreCase(value, base) || !value.startsWith(path, base.length)) continue;
    const rest = value.slice(base.length + path.length);
    // A path of `/` alone must not become a doubled one.
    return path === '' && to === '/' && rest.startsWith('/') ? rest : to + rest;
  }
  return undefined;
}
