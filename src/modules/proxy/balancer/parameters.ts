// The key=value parameters of balancers, on lines of ProxyPass, ProxySet and <Proxy>: one entry each, with its check in
// Apache's words. What a parameter does is decided where it is read.

import type { DirectiveError } from '../../../conf/directive.ts';
import { equalsIgnoreCase } from '../../../kit/ascii.ts';
import { leadingInteger } from '../duration.ts';
import type { BalancerParameters, LbMethodName } from './config.ts';
import { LB_METHODS } from './lbmethod.ts';

/** Is a module loaded, by its identifier? */
export type HasModule = (identifier: string) => boolean;

interface Setting {
  readonly value: string;
  readonly hasModule: HasModule;
}

/** Sets one parameter; answers Apache's sentence when the value is wrong. */
type Setter = (params: BalancerParameters, setting: Setting) => DirectiveError | undefined;

type FlagKey = 'noFailover' | 'semicolonEnds' | 'failOnTimeout' | 'forceRecovery';

const SETTERS: { readonly [name: string]: Setter } = {
  stickysession: (params, { value }) => {
    const bar = value.indexOf('|');
    params.sticky = bar < 0 ? value : value.slice(0, bar);
    params.stickyPath = value.slice(bar + 1);
    return undefined;
  },
  stickysessionsep: (params, { value }) => {
    const isOff = equalsIgnoreCase(value, 'off');
    if (!isOff && value.length !== 1) return 'stickysessionsep must be a single character or Off';
    params.stickySeparator = isOff ? '' : value;
    return undefined;
  },
  nofailover: flag('noFailover', 'failover must be On|Off'),
  timeout: (params, { value }) => {
    const seconds = leadingInteger(value);
    if (seconds < 1) return 'timeout must be at least one second';
    params.timeout = seconds * 1000;
    return undefined;
  },
  maxattempts: (params, { value }) => {
    const attempts = leadingInteger(value);
    if (attempts < 0) return 'maximum number of attempts must be a positive number';
    params.maxAttempts = attempts;
    return undefined;
  },
  lbmethod: setMethod,
  scolonpathdelim: flag('semicolonEnds', 'scolonpathdelim must be On|Off'),
  failonstatus: setFailOnStatus,
  failontimeout: flag('failOnTimeout', 'failontimeout must be On|Off'),
  nonce: (params, { value }) => {
    if (value.length > LONGEST_NONCE) return 'Provided nonce is too large';
    params.nonce = equalsIgnoreCase(value, 'none') ? '' : value;
    return undefined;
  },
  growth: (params, { value }) => {
    const growth = leadingInteger(value);
    if (growth < 1 || growth > 100) return 'growth must be between 1 and 100';
    params.growth = growth;
    return undefined;
  },
  forcerecovery: flag('forceRecovery', 'forcerecovery must be On|Off'),
};

/** A UUID as text. */
const LONGEST_NONCE = 36;

/** Sets one parameter of a balancer; answers Apache's sentence when it cannot be. */
export function setBalancerParameter(
  params: BalancerParameters,
  name: string,
  setting: Setting,
): DirectiveError | undefined {
  const key = name.toLowerCase();
  if (!Object.hasOwn(SETTERS, key)) return 'unknown Balancer parameter';
  return SETTERS[key]!(params, setting);
}

function flag(key: FlagKey, error: string): Setter {
  return (params, { value }) => {
    if (equalsIgnoreCase(value, 'on')) params[key] = true;
    else if (equalsIgnoreCase(value, 'off')) params[key] = false;
    else return error;
    return undefined;
  };
}

function setMethod(params: BalancerParameters, { value, hasModule }: Setting): DirectiveError | undefined {
  const message = 'unknown lbmethod';
  if (value === 'heartbeat') {
    return {
      message,
      why: 'portico has no mod_lbmethod_heartbeat, and no server would tell it how busy the members are',
      hint: 'write lbmethod=bybusyness: it gives a request to the member with the fewest under way',
    };
  }
  const method = LB_METHODS.find((name) => name === value);
  if (method === undefined) return { message, hint: `write one of ${LB_METHODS.join(', ')}` };
  if (!hasModule(`lbmethod_${method}_module`)) return { message, hint: loadHint(method) };
  params.lbmethod = method;
  return undefined;
}

/** What makes a method known. */
export function loadHint(method: LbMethodName): string {
  return `add LoadModule lbmethod_${method}_module modules/mod_lbmethod_${method}.so`;
}

function setFailOnStatus(params: BalancerParameters, { value }: Setting): DirectiveError | undefined {
  const statuses = value
    .split(/[, ]/)
    .filter((word) => word !== '')
    .map(leadingInteger);
  if (statuses.some((status) => status < 100 || status >= 600)) {
    return 'failonstatus must be one or more HTTP response codes';
  }
  params.failOnStatus = statuses;
  return undefined;
}
