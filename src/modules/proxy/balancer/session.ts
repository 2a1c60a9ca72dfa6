// Sticky sessions: the route that a request names in its URL or in a cookie, and the member that has it.

import type { Exchange } from '../../../request/exchange.ts';
import { logEvent } from '../../../request/log.ts';
import type { Balancer } from './balancer.ts';
import type { BalancerMember } from './member.ts';
import { FLAG } from './status-flags.ts';

/** What a request says of its session. */
export interface Session {
  /** The name by which it was found: of the URL's parameter or of the cookie. */
  readonly found: string;
  readonly route: string;
}

/** The session of a request, if its URL or a cookie names one with a route; the route may be empty. */
export function findSession(x: Exchange, { params }: Balancer, url: string): Session | undefined {
  const { sticky = '', stickyPath = sticky, stickySeparator = '.', semicolonEnds = false } = params;
  if (sticky === '') return undefined;
  const whole = x.args === undefined ? url : `${url}?${x.args}`;
  const inUrl = pathParameter(whole, stickyPath, semicolonEnds ? /[;?&]/ : /[?&]/);
  const value = inUrl ?? cookieValue(x.headers.combined('cookie') ?? '', sticky);
  if (value === undefined) return undefined;
  const found = inUrl === undefined ? sticky : stickyPath;
  const number = inUrl === undefined ? 'AH01160' : 'AH01159';
  logEvent(x, 'proxy_balancer', 'debug', `${number}: Found value ${value} for stickysession ${found}`);
  const route = routeOf(value, stickySeparator);
  return route === undefined ? undefined : { found, route };
}

/** What follows the first separator; all of it where there is none to be. */
function routeOf(value: string, separator: string): string | undefined {
  if (separator === '') return value;
  const at = value.indexOf(separator);
  return at < 0 ? undefined : value.slice(at + 1);
}

/** The value behind the first `name=`, wherever it stands in the URL. */
function pathParameter(url: string, name: string, ends: RegExp): string | undefined {
  if (name === '') return undefined;
  for (let at = url.indexOf(name); at >= 0; ) {
    const equals = at + name.length;
    if (url[equals] !== '=') {
      at = url.indexOf(name, equals + 1);
      continue;
    }
    // Apache: delimiters before the value are passed over.
    return url
      .slice(equals + 1)
      .split(ends)
      .find((part) => part !== '');
  }
  return undefined;
}

const SPACE = /\s/;

function cookieValue(cookies: string, name: string): string | undefined {
  for (let at = cookies.indexOf(name); at >= 0; at = cookies.indexOf(name, at + 1)) {
    const before = cookies[at - 1];
    if (before !== undefined && before !== ';' && before !== ',' && !SPACE.test(before)) continue;
    let equals = at + name.length;
    while (equals < cookies.length && SPACE.test(cookies[equals]!)) equals += 1;
    if (cookies[equals] !== '=' || equals + 1 >= cookies.length) continue;
    return /^[^;,]*/.exec(cookies.slice(equals + 1))![0];
  }
  return undefined;
}

/** The member that has a route, or the one that it redirects to; standbys come last. Undefined when none is usable. */
export function findRoute(balancer: Balancer, route: string, depth = 1): BalancerMember | undefined {
  const { members } = balancer;
  for (const standby of [false, true]) {
    for (const member of members) {
      if (member.is(FLAG.HOT_STANDBY) !== standby || member.route === '' || member.route !== route) continue;
      if (isUsableNow(balancer, member)) return member;
      // Redirects may go round in a circle.
      if (member.redirect === '' || depth >= members.length) continue;
      const other = findRoute(balancer, member.redirect, depth + 1);
      if (other !== undefined && isUsableNow(balancer, other)) return other;
    }
  }
  return undefined;
}

/** An error whose time is over is none. */
function isUsableNow(balancer: Balancer, member: BalancerMember): boolean {
  if (!member.isUsable) balancer.retry(member);
  return member.isUsable;
}
