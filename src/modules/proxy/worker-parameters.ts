// The key=value parameters of ProxyPass, ProxySet and BalancerMember: one entry each, with its check in Apache's
// words. What a parameter does is decided where it is read.

import { equalsIgnoreCase } from '../../kit/ascii.ts';
import { applyStatus } from './balancer/status-flags.ts';
import { leadingInteger, parseDuration } from './duration.ts';
import { type HealthConfig, type HealthSettings, noHealthChecks } from './hcheck/config.ts';
import { setHealthParameter } from './hcheck/parameters.ts';

/** Parameters of one worker; unset ones are undefined. Times in milliseconds. */
export interface WorkerParameters {
  /** Apache makes room for so many connections at once, and connects none of them. */
  min?: number;
  /** Idle connections that are kept, where no `ttl` says how long. */
  smax?: number;
  /** Most connections at a time. */
  max?: number;
  ttl?: number;
  acquire?: number;
  connectionTimeout?: number;
  timeout?: number;
  ping?: number;
  keepAlive?: boolean;
  /** From disablereuse and enablereuse. */
  reuse?: boolean;
  retry?: number;
  responseFieldSize?: number;
  ioBufferSize?: number;
  receiveBufferSize?: number;
  flushPackets?: 'on' | 'off' | 'auto';
  flushWait?: number;
  /** Protocols that requests may switch to, or ANY_UPGRADE. */
  upgrade?: string;
  /** Milliseconds for which a resolved name counts; 0 for one connection, infinite for `-1`. */
  addressTtl?: number;
  /** Bits of a state (balancer/status-flags.ts). */
  status?: number;
  /** Hundredths: 100 for `loadfactor=1`. Of members of balancers, as are those below. */
  loadFactor?: number;
  route?: string;
  redirect?: string;
  lbSet?: number;
  secret?: string;
  /** How mod_proxy_hcheck checks it. */
  health?: HealthSettings;
}

/** Sets one parameter; answers Apache's sentence when the value is wrong. */
type Setter = (params: WorkerParameters, value: string) => string | undefined;

const LARGEST_INT = 2147483647;

/** What `upgrade=ANY` is kept as; `upgrade=*` means the same. */
export const ANY_UPGRADE = '*';

/** Accepted, checked, and without effect; each with the reason that the warning gives. */
const NO_EFFECT: { readonly [name: string]: string } = {
  receivebuffersize:
    'Node.js cannot set the receive buffer of a TCP connection; the system sizes it by itself',
  iobuffersize: 'what has come is passed on as it comes, whatever its size',
};

/** Why a parameter does nothing; undefined for all that do something. */
export function reasonOfNoEffect(name: string): string | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(NO_EFFECT, key) ? NO_EFFECT[key] : undefined;
}

const SETTERS: { readonly [name: string]: Setter } = {
  min: count('Min', (params, value) => {
    params.min = value;
  }),
  smax: count('Smax', (params, value) => {
    params.smax = value;
  }),
  max: count('Max', (params, value) => {
    if (value > 0) params.max = value;
  }),
  ttl: setTtl,
  acquire: setAcquire,
  connectiontimeout: setConnectionTimeout,
  timeout: setTimeoutParameter,
  ping: setPing,
  keepalive: flag('KeepAlive must be On|Off', (params, on) => {
    params.keepAlive = on;
  }),
  disablereuse: flag('DisableReuse must be On|Off', (params, on) => {
    params.reuse = !on;
  }),
  enablereuse: flag('EnableReuse must be On|Off', (params, on) => {
    params.reuse = on;
  }),
  retry: setRetry,
  flushpackets: setFlushPackets,
  flushwait: setFlushWait,
  flusher: text(16, 'flusher name', () => undefined),
  iobuffersize: bufferSize('IOBufferSize', (params, size) => {
    params.ioBufferSize = size;
  }),
  receivebuffersize: bufferSize('ReceiveBufferSize', (params, size) => {
    params.receiveBufferSize = size;
  }),
  responsefieldsize: setResponseFieldSize,
  upgrade: setUpgrade,
  loadfactor: setLoadFactor,
  route: text(64, 'Route', (params, value) => {
    params.route = value;
  }),
  redirect: text(64, 'Redirect', (params, value) => {
    params.redirect = value;
  }),
  lbset: setLbSet,
  status: setStatus,
  secret: text(64, 'Secret', (params, value) => {
    params.secret = value;
  }),
  addressttl: setAddressTtl,
};

/**
 * Sets one parameter of a worker; answers Apache's sentence when it cannot be. `health` answers the server's templates
 * and expressions where mod_proxy_hcheck is loaded, which knows further parameters.
 */
export function setWorkerParameter(
  params: WorkerParameters,
  name: string,
  value: string,
  health: () => HealthConfig | undefined = () => undefined,
): string | undefined {
  const key = name.toLowerCase();
  if (Object.hasOwn(SETTERS, key)) return SETTERS[key]!(params, value);
  const config = health();
  if (config === undefined) return 'unknown Worker parameter';
  params.health ??= noHealthChecks();
  return setHealthParameter(params.health, key, value, config);
}

function count(what: string, set: (params: WorkerParameters, value: number) => void): Setter {
  return (params, value) => {
    const number = leadingInteger(value);
    if (number < 0) return `${what} must be a positive number`;
    set(params, number);
    return undefined;
  };
}

function text(limit: number, what: string, set: (params: WorkerParameters, value: string) => void): Setter {
  return (params, value) => {
    if (value.length >= limit) return `${what} length must be < ${limit} characters`;
    set(params, value);
    return undefined;
  };
}

function bufferSize(what: string, set: (params: WorkerParameters, size: number) => void): Setter {
  return (params, value) => {
    const size = leadingInteger(value);
    if (size < 512 && size !== 0) return `${what} must be >= 512 bytes, or 0 for system default.`;
    set(params, size);
    return undefined;
  };
}

function flag(error: string, set: (params: WorkerParameters, on: boolean) => void): Setter {
  return (params, value) => {
    if (equalsIgnoreCase(value, 'on')) set(params, true);
    else if (equalsIgnoreCase(value, 'off')) set(params, false);
    else return error;
    return undefined;
  };
}

function setTtl(params: WorkerParameters, value: string): string | undefined {
  const seconds = leadingInteger(value);
  if (seconds < 1) return 'TTL must be at least one second';
  params.ttl = seconds * 1000;
  return undefined;
}

function setAcquire(params: WorkerParameters, value: string): string | undefined {
  const time = parseDuration(value, 'ms');
  if (time === undefined) return 'Acquire timeout has wrong format';
  if (time < 1) return 'Acquire must be at least one millisecond';
  params.acquire = time;
  return undefined;
}

function setConnectionTimeout(params: WorkerParameters, value: string): string | undefined {
  const time = parseDuration(value, 's');
  if (time === undefined) return 'Connectiontimeout has wrong format';
  if (time < 1) return 'Connectiontimeout must be at least one millisecond.';
  params.connectionTimeout = time;
  return undefined;
}

function setTimeoutParameter(params: WorkerParameters, value: string): string | undefined {
  const seconds = leadingInteger(value);
  if (seconds < 1) return 'Timeout must be at least one second';
  params.timeout = seconds * 1000;
  return undefined;
}

function setPing(params: WorkerParameters, value: string): string | undefined {
  const time = parseDuration(value, 's');
  if (time === undefined) return 'Ping/Pong timeout has wrong format';
  if (time < 1) return 'Ping/Pong timeout must be at least one millisecond';
  params.ping = time;
  return undefined;
}

function setRetry(params: WorkerParameters, value: string): string | undefined {
  const seconds = leadingInteger(value);
  if (seconds < 0) return 'Retry must be a positive value';
  params.retry = seconds * 1000;
  return undefined;
}

function setFlushPackets(params: WorkerParameters, value: string): string | undefined {
  const mode = (['on', 'off', 'auto'] as const).find((word) => equalsIgnoreCase(word, value));
  if (mode === undefined) return 'flushpackets must be on|off|auto';
  params.flushPackets = mode;
  return undefined;
}

function setFlushWait(params: WorkerParameters, value: string): string | undefined {
  const time = leadingInteger(value);
  if (time < 0 || time > 1000) {
    return 'flushwait must be <= 1000, or 0 for system default of 10 millseconds.';
  }
  params.flushWait = time === 0 ? 10 : time;
  return undefined;
}

function setResponseFieldSize(params: WorkerParameters, value: string): string | undefined {
  const size = leadingInteger(value);
  if (size < 0) return 'ResponseFieldSize must be greater than 0 bytes, or 0 for system default.';
  if (size > 0) params.responseFieldSize = size;
  return undefined;
}

function setUpgrade(params: WorkerParameters, value: string): string | undefined {
  if (value.length >= 16) return 'upgrade protocol length must be < 16 characters';
  if (value === '') delete params.upgrade;
  else params.upgrade = equalsIgnoreCase(value, 'any') ? ANY_UPGRADE : value;
  return undefined;
}

function setLoadFactor(params: WorkerParameters, value: string): string | undefined {
  const factor = Math.trunc((Number.parseFloat(value) || 0) * 100);
  if (factor < 100 || factor > 10_000) return 'LoadFactor must be a number between 1..100';
  params.loadFactor = factor;
  return undefined;
}

function setLbSet(params: WorkerParameters, value: string): string | undefined {
  const set = leadingInteger(value);
  if (set < 0 || set > 99) return 'lbset must be between 0 and 99';
  params.lbSet = set;
  return undefined;
}

function setStatus(params: WorkerParameters, value: string): string | undefined {
  const status = applyStatus(params.status ?? 0, value);
  if (status === undefined) return 'Unknown status parameter option';
  params.status = status;
  return undefined;
}

function setAddressTtl(params: WorkerParameters, value: string): string | undefined {
  if (value === '-1') {
    params.addressTtl = Number.POSITIVE_INFINITY;
    return undefined;
  }
  const time = parseDuration(value, 's');
  if (time === undefined || time % 1000 !== 0 || time > LARGEST_INT * 1000) {
    return `AddressTTL must be -1 or a number of seconds not exceeding (${LARGEST_INT})`;
  }
  params.addressTtl = time;
  return undefined;
}
