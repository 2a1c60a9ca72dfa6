// Electing a member for a request: the one that its session is bound to, or the best, or, where the balancer has a
// timeout, the first that becomes usable.

import { type Waiting, when } from '../../../kit/wait.ts';
import type { Exchange } from '../../../request/exchange.ts';
import { logEvent, logServer } from '../../../request/log.ts';
import type { ClientWatcher } from '../../../request/transport.ts';
import type { Balancer } from './balancer.ts';
import { chooseMember } from './choose.ts';
import { payForSession } from './lbmethod.ts';
import type { BalancerMember } from './member.ts';
import { findRoute, findSession, type Session } from './session.ts';

/** The member for a request; undefined when there is none, `gone` when the client did not wait for it. */
export function* elect(
  x: Exchange,
  balancer: Balancer,
  url: string,
): Waiting<BalancerMember | 'gone' | undefined> {
  forceRecovery(x, balancer);
  const session = findSession(x, balancer, url);
  const bound = session === undefined ? undefined : findBound(x, balancer, session);
  if (bound === undefined && session !== undefined && mustStay(balancer, session)) {
    const text = `AH01167: ${balancer.name}: All workers are in error state for route (${session.route})`;
    logEvent(x, 'proxy_balancer', 'error', text);
    return undefined;
  }
  const member = bound ?? chooseMember(balancer) ?? (yield* when(waitForMember(x, balancer)));
  if (member === undefined || member === 'gone') {
    if (member === undefined) logNobody(x, balancer);
    return member;
  }
  // Apache: also where the client has no route yet, so that `Header … env=` can give it one.
  if (bound === undefined && (balancer.params.sticky ?? '') !== '') x.env.set('BALANCER_ROUTE_CHANGED', '1');
  if (session !== undefined) nameSession(x, session);
  return member;
}

/** Nobody can answer: better to try all of them than to refuse. */
function forceRecovery(x: Exchange, balancer: Balancer): void {
  const { name, members, params } = balancer;
  for (const member of members) if (balancer.retry(member)) return;
  if (params.forceRecovery === false) return;
  for (const member of members) {
    member.recover();
    const text = `AH01165: ${name}: Forcing recovery for worker (${member.host}:${member.port})`;
    logServer(x.site, x.server, 'proxy_balancer', 'debug', text);
  }
}

/** The member that a session's route leads to. */
function findBound(x: Exchange, balancer: Balancer, { route }: Session): BalancerMember | undefined {
  if (route === '') return undefined;
  logEvent(x, 'proxy_balancer', 'debug', `AH01161: Found route ${route}`);
  const member = findRoute(balancer, route);
  if (member === undefined) return undefined;
  if (member.route !== route) {
    x.env.set('BALANCER_ROUTE_CHANGED', '1');
    logEvent(x, 'proxy_balancer', 'debug', `AH01162: Route changed from ${route} to ${member.route}`);
  }
  payForSession(balancer.members, member);
  member.elected += 1;
  return member;
}

/** `nofailover`: a session that belongs to one of the members is given to no other. */
function mustStay({ members, params }: Balancer, { route }: Session): boolean {
  return (
    params.noFailover === true && members.some((member) => member.route !== '' && member.route === route)
  );
}

function nameSession(x: Exchange, { found, route }: Session): void {
  x.notes.set('session-sticky', found);
  x.notes.set('session-route', route);
  x.env.set('BALANCER_SESSION_STICKY', found);
  x.env.set('BALANCER_SESSION_ROUTE', route);
}

function logNobody(x: Exchange, { name, members }: Balancer): void {
  const text =
    members.length > 0
      ? `AH01170: ${name}: All workers are in error state`
      : `AH01171: ${name}: No workers in balancer`;
  logEvent(x, 'proxy_balancer', 'error', text);
}

function waitForMember(
  x: Exchange,
  balancer: Balancer,
): Promise<BalancerMember | 'gone' | undefined> | undefined {
  const { timeout = 0 } = balancer.params;
  if (timeout === 0) return undefined;
  return new Promise((resolve) => {
    const watcher: ClientWatcher = {
      onClientGone: () => {
        leave();
        resolve('gone');
      },
    };
    const leave = balancer.waiting.enter({
      timeout,
      choose: () => chooseMember(balancer),
      done: (member) => {
        x.transport.unwatch(watcher);
        resolve(member);
      },
    });
    x.transport.watch(watcher);
  });
}
