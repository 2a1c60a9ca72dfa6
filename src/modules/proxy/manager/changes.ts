// What a form changes at a member or a balancer. As in Apache, a value that cannot be is left out of account and the
// rest is taken; Apache's names and bounds. Nothing here decides who may.

import { equalsIgnoreCase } from '../../../kit/ascii.ts';
import type { Balancer } from '../balancer/balancer.ts';
import type { LbMethodName } from '../balancer/config.ts';
import type { BalancerMember } from '../balancer/member.ts';
import { FLAG } from '../balancer/status-flags.ts';
import { leadingInteger, parseDuration } from '../duration.ts';
import type { HealthConfig } from '../hcheck/config.ts';
import { HEALTH_METHODS, requestLineOf } from '../hcheck/methods.ts';
import { LONGEST_URI, SHORTEST_INTERVAL } from '../hcheck/parameters.ts';
import type { Form } from './form.ts';

/** Bytes of a route, as its parameter allows. */
const LONGEST_ROUTE = 63;
const LONGEST_STICKY = 63;
const LARGEST_SET = 99;
const LONGEST_TIMEOUT = 7200;
const MOST_ATTEMPTS = 99;

/** The states that a form may change, by the letter behind `w_status_`, with what pages call them. */
export const CHANGEABLE: readonly {
  readonly letter: string;
  readonly bit: number;
  readonly label: string;
}[] = [
  { letter: 'I', bit: FLAG.IGNORE_ERRORS, label: 'Ignore Errors' },
  { letter: 'N', bit: FLAG.DRAIN, label: 'Draining Mode' },
  { letter: 'D', bit: FLAG.DISABLED, label: 'Disabled' },
  { letter: 'H', bit: FLAG.HOT_STANDBY, label: 'Hot Standby' },
  { letter: 'R', bit: FLAG.HOT_SPARE, label: 'Hot Spare' },
  { letter: 'C', bit: FLAG.HC_FAIL, label: 'HC Fail' },
  { letter: 'S', bit: FLAG.STOPPED, label: 'Stopped' },
];

/** Changes a member as the form says. `health`: the expressions of its server. */
export function changeMember(
  member: BalancerMember,
  balancer: Balancer,
  form: Form,
  health: HealthConfig | undefined,
): void {
  changeLoadFactor(member, balancer, form.get('w_lf'));
  member.route = routeOf(form.get('w_wr'), member.route);
  member.redirect = routeOf(form.get('w_rr'), member.redirect);
  for (const { letter, bit } of CHANGEABLE) {
    const value = form.get(`w_status_${letter}`);
    if (value === undefined) continue;
    if (leadingInteger(value) === 0) member.clear(bit);
    else member.set(bit);
  }
  member.lbSet = integerWithin(form.get('w_ls'), 0, LARGEST_SET) ?? member.lbSet;
  changeHealth(member, form, health);
}

function changeLoadFactor(member: BalancerMember, { members }: Balancer, value: string | undefined): void {
  const factor = Math.trunc(Number.parseFloat(value ?? '') * 100);
  if (!(factor >= 100 && factor <= 10_000)) return;
  member.loadFactor = factor;
  if (members.length === 1) member.loadFactor = 100;
  for (const one of members) one.lbStatus = one.loadFactor;
}

/** A route ends up in cookies: what cannot stand there is not taken. */
function routeOf(value: string | undefined, before: string): string {
  if (value === undefined || /[\x00-\x1f\x7f]/.test(value)) return before;
  return value.length <= LONGEST_ROUTE ? value : '';
}

function integerWithin(value: string | undefined, least: number, most: number): number | undefined {
  if (value === undefined) return undefined;
  const number = leadingInteger(value);
  return number >= least && number <= most ? number : undefined;
}

const LARGEST_INT = 2147483647;

function changeHealth({ health }: BalancerMember, form: Form, known: HealthConfig | undefined): void {
  const interval = parseDuration(form.get('w_hi') ?? '', 'ms');
  if (interval !== undefined && interval >= SHORTEST_INTERVAL) health.interval = interval;
  health.passes = integerWithin(form.get('w_hp'), 1, LARGEST_INT) ?? health.passes;
  health.fails = integerWithin(form.get('w_hf'), 1, LARGEST_INT) ?? health.fails;
  const name = form.get('w_hm');
  const method = HEALTH_METHODS.find((one) => name !== undefined && equalsIgnoreCase(one, name));
  health.method = method ?? health.method;
  const uri = form.get('w_hu');
  if (uri !== undefined) health.uri = uri.length < LONGEST_URI ? uri : '';
  const expr = form.get('w_he');
  if (expr !== undefined) health.expr = known?.condition(expr) === undefined ? '' : expr;
  // An expression needs an answer to judge.
  if (requestLineOf(health.method) === undefined) health.expr = '';
}

/** What a method has counted begins anew with it. */
function forgetCounts({ members }: Balancer, method: LbMethodName): void {
  for (const member of members) {
    if (method === 'bytraffic') {
      member.transferred = 0;
      member.read = 0;
      continue;
    }
    member.lbStatus = 0;
    if (method === 'bybusyness') member.busy = 0;
  }
}

/** Changes a balancer as the form says, `methods` being those that are loaded; adding a member is a matter of its own. */
export function changeBalancer(balancer: Balancer, form: Form, methods: readonly LbMethodName[]): void {
  const { params } = balancer;
  const method = methods.find((one) => one === form.get('b_lbm'));
  if (method !== undefined && method !== (params.lbmethod ?? 'byrequests')) {
    params.lbmethod = method;
    forgetCounts(balancer, method);
  }
  const timeout = integerWithin(form.get('b_tmo'), 0, LONGEST_TIMEOUT);
  if (timeout !== undefined) params.timeout = timeout * 1000;
  const attempts = integerWithin(form.get('b_max'), 0, MOST_ATTEMPTS);
  if (attempts !== undefined) params.maxAttempts = attempts;
  const force = form.get('b_sforce');
  if (force !== undefined) params.noFailover = leadingInteger(force) !== 0;
  changeSticky(balancer, form.get('b_ss'));
}

function changeSticky({ params }: Balancer, value: string | undefined): void {
  if (value === undefined || value === '' || value.length >= LONGEST_STICKY) return;
  const bar = value.indexOf('|');
  const isDeleted = value === '-';
  params.sticky = isDeleted ? '' : value.slice(0, bar < 0 ? undefined : bar).trimEnd();
  params.stickyPath = isDeleted ? '' : value.slice(bar + 1).trimStart();
}
