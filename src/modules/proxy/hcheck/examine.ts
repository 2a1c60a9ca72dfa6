// One member examined: asked as its settings say, and the answer judged.

import type { Server } from '../../../conf/server.ts';
import { ExprError } from '../../../kit/expr/index.ts';
import { coreServer } from '../../../request/core-config.ts';
import type { Exchange, LiveSite } from '../../../request/exchange.ts';
import { type BackendTls, backendTls } from '../../ssl/index.ts';
import type { Balancer } from '../balancer/balancer.ts';
import type { BalancerMember } from '../balancer/member.ts';
import { DEFAULT_TIMEOUT, type ProxyServerConfig } from '../config.ts';
import type { PoolHost } from '../pool.ts';
import { type Origin, parseOrigin, splitUrl } from '../target.ts';
import { exchangeFor, holdsFor, isGoodStatus } from './answer.ts';
import { Probe, type ProbePlan, type ProbeResult } from './probe.ts';
import { type HealthRequest, healthRequest } from './request.ts';

/** A member and where it stands. */
export interface Patient {
  readonly member: BalancerMember;
  readonly balancer: Balancer;
  readonly site: LiveSite;
  /** The server whose lines made the member. */
  readonly server: Server;
  /** What mod_proxy is told in that server. */
  readonly config: ProxyServerConfig;
}

/** What an examination comes to. */
export interface Finding {
  readonly hasPassed: boolean;
  /** Why it did not pass; '' where it did. */
  readonly reason: string;
  /** The expression could not be asked. */
  readonly error?: unknown;
}

const PASSED: Finding = { hasPassed: true, reason: '' };

function failed(reason: string): Finding {
  return { hasPassed: false, reason };
}

/**
 * Begins an examination; `done` is called once, later, unless it is cancelled. A text says why there is nothing to ask.
 */
export function examine(patient: Patient, host: PoolHost, done: (finding: Finding) => void): Probe | string {
  const plan = planOf(patient);
  if (typeof plan === 'string') return plan;
  return new Probe(plan, host, (result) => {
    judge(patient, plan, result).then(done, (error) =>
      done({ ...failed('its answer cannot be judged'), error }),
    );
  });
}

/** What a check speaks where requests speak something that begins like it. */
const SPOKEN: { readonly [scheme: string]: string } = { ws: 'http', h2c: 'http', wss: 'https', h2: 'https' };

function originOf({ worker }: BalancerMember): { origin: Origin; path: string } | undefined {
  const split = splitUrl(worker.url);
  if (split === undefined) return undefined;
  const origin = parseOrigin(SPOKEN[split.scheme] ?? split.scheme, split.authority, worker.socket);
  if (origin === undefined || !origin.isLookable) return undefined;
  return { origin, path: split.rest.replace(/\?.*$/, '') };
}

/** What is asked where; a text says why nothing can be. */
function planOf(patient: Patient): ProbePlan | string {
  const { member, server, config } = patient;
  const end = originOf(member);
  if (end === undefined) return 'its host cannot be looked up';
  const { origin, path } = end;
  const request = healthRequest(member.health, origin, path);
  // To connect is enough for TCP, as in Apache.
  const tls = origin.isSecure && request !== undefined ? tlsTo(patient, origin, request) : undefined;
  if (typeof tls === 'string') return tls;
  const timeout = config.timeout ?? coreServer(server).timeout ?? DEFAULT_TIMEOUT;
  const settings = { timeout, badHeader: 'IsError', sourceAddress: config.sourceAddress, tls } as const;
  return { origin, params: member.worker.params, settings, request };
}

/** As for requests: by the SSLProxy lines of the server and of the balancer's sections. */
function tlsTo(patient: Patient, origin: Origin, request: HealthRequest): BackendTls | string {
  try {
    return backendTls(standIn(patient, origin, request)) ?? 'SSLProxyEngine is not on';
  } catch (error) {
    return `OpenSSL does not take the SSLProxy directives: ${(error as Error).message}`;
  }
}

function standIn(patient: Patient, origin: Origin, request: HealthRequest | undefined): Exchange {
  return exchangeFor({ ...patient, balancer: patient.balancer.name, origin, request });
}

async function judge(patient: Patient, plan: ProbePlan, result: ProbeResult): Promise<Finding> {
  if (result.kind === 'connected') return PASSED;
  if (result.kind === 'failed') return failed(result.reason);
  const { head, body } = result;
  const condition = patient.config.health.condition(patient.member.health.expr);
  if (condition === undefined) {
    return isGoodStatus(head.status) ? PASSED : failed(`it answered ${head.status}`);
  }
  const answer = { status: head.status, headers: head.headers, body };
  const holds = await holdsFor(condition, answer, standIn(patient, plan.origin, plan.request));
  return holds ? PASSED : failed(`its answer (${head.status}) is not what ${condition.name} asks for`);
}

/** Is it the expression's own fault, as opposed to portico's? */
export function isExpressionFault(error: unknown): error is ExprError {
  return error instanceof ExprError;
}
