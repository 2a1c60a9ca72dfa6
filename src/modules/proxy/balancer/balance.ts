// A request for a balancer: a member is chosen and asked, and another where that one cannot be reached, until one has
// answered or enough have been tried. Owns the order of events and the judgement on members.
//
//   elect: session's member ─ or best ─ or wait ──> ask ──┬─ answered ──────────────> verdict
//     ▲                                                   ├─ failed, nothing to lose ─┐
//     └───────────────── next attempt ────────────────────┴───────────────────────────┘

import { type Soon, settle, type Waiting, when } from '../../../kit/wait.ts';
import type { Exchange } from '../../../request/exchange.ts';
import { isLogged, logEvent, logServer } from '../../../request/log.ts';
import { DONE, OK, type Verdict } from '../../../request/verdict.ts';
import { Attempt } from '../attempt.ts';
import { abandonClient, refusalStatus } from '../failure.ts';
import type { Balancer } from './balancer.ts';
import { elect } from './elect.ts';
import type { BalancerMember } from './member.ts';
import { countIn } from './module.ts';

export interface BalancePlan {
  readonly balancer: Balancer;
  /** `balancer://name/path`. */
  readonly url: string;
  /** Makes a target of the exchange's file name, which is the member's URL; or answers why there is none. */
  prepare(): Verdict;
  /** Sends the request there. */
  send(member: BalancerMember, attempt: Attempt): Soon<Verdict>;
}

/** Has a member of the balancer answer. */
export function balance(x: Exchange, plan: BalancePlan): Soon<Verdict> {
  return settle(askMembers(x, plan));
}

function* askMembers(x: Exchange, plan: BalancePlan): Waiting<Verdict> {
  const { balancer, url } = plan;
  let attempt: Attempt | undefined;
  for (let failed = 0; ; failed++) {
    const member = yield* elect(x, balancer, url);
    if (member === 'gone') return abandonClient(x);
    if (member === undefined) return refusalStatus(x, 'proxy_balancer');
    countIn(x, member);
    nameMember(x, balancer, member);
    x.filename = `proxy:${member.url}${pathOf(url)}`;
    const prepared = plan.prepare();
    if (prepared !== OK) return prepared;
    logRewritten(x, balancer, member);
    attempt = new Attempt(member, attempt);
    const verdict = yield* when(plan.send(member, attempt));
    const isUnavailable = verdict === 503 && !attempt.isOverridden;
    judge(x, member, attempt, isUnavailable || isBroken(attempt, verdict));
    const goesOn = isUnavailable && !member.isUsable && failed < balancer.maxAttempts;
    if (goesOn && attempt.mayMoveOn(x.method)) continue;
    judgeStatus(x, plan.balancer, member, attempt, verdict);
    return isUnavailable && attempt.isRefused ? refusalStatus(x, 'proxy_balancer') : verdict;
  }
}

/** From the slash behind the balancer's name; '' where there is none. */
function pathOf(url: string): string {
  const slash = url.indexOf('/', url.indexOf('://') + 3);
  return slash < 0 ? '' : url.slice(slash);
}

function logRewritten(x: Exchange, { name }: Balancer, { url }: BalancerMember): void {
  if (!isLogged(x, 'proxy_balancer', 'debug')) return;
  const target = x.filename!.slice('proxy:'.length);
  logEvent(x, 'proxy_balancer', 'debug', `AH01172: ${name}: worker (${url}) rewritten to ${target}`);
}

/** What `Header … env=` and log formats are told. */
function nameMember(x: Exchange, balancer: Balancer, member: BalancerMember): void {
  x.env.set('BALANCER_NAME', balancer.name);
  x.env.set('BALANCER_WORKER_NAME', member.url);
  x.env.set('BALANCER_WORKER_ROUTE', member.route);
}

/** The name could not be looked up, or the backend broke off and the client must try again by itself. */
function isBroken({ isUnnamed, isBroken: brokeOff }: Attempt, verdict: Verdict): boolean {
  return isUnnamed || (brokeOff && verdict === DONE);
}

function judge(x: Exchange, member: BalancerMember, attempt: Attempt, hasFailed: boolean): void {
  if (attempt.wasReached) member.reached();
  if (!hasFailed) return;
  const wasUsable = member.isUsable;
  if (!member.fail() || !wasUsable || !attempt.isRefused) return;
  logServer(
    x.site,
    x.server,
    'proxy',
    'error',
    `AH00959: ap_proxy_connect_backend disabling worker for (${member.host}:${member.port}) for ${Math.trunc(member.retry / 1000)}s`,
  );
}

/** Answers that the configuration calls failures of the member; the client gets them all the same. */
function judgeStatus(
  x: Exchange,
  { name, params }: Balancer,
  member: BalancerMember,
  attempt: Attempt,
  verdict: Verdict,
): void {
  const status = verdict === OK || verdict === DONE ? x.status : verdict;
  if (params.failOnStatus?.includes(status) === true && member.fail()) {
    logEvent(
      x,
      'proxy_balancer',
      'error',
      `AH01174: ${name}: Forcing worker (${member.name}) into error state due to status code ${status} matching 'failonstatus' balancer parameter`,
    );
  }
  if (params.failOnTimeout === true && attempt.hasTimedOut && member.fail()) {
    logEvent(
      x,
      'proxy_balancer',
      'error',
      `AH02460: ${name}: Forcing worker (${member.name}) into error state due to timeout and 'failontimeout' parameter being set`,
    );
  }
}
