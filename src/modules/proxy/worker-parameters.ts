// The key=value parameters of ProxyPass, ProxySet and BalancerMember: one entry each, with its check in Apache's
// words. What a parameter does is decided where it is read.

import { equalsIgnoreCase } from '../../kit/ascii.ts';
import { applyStatus } from './balancer/status-flags.ts';
import { leadingInteger, parseDuration } from './duration.ts';

/** Parameters of one worker; unset ones are undefined. Times in milliseconds. */
export interface WorkerParameters {
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
  receiveBufferSize?: number;
  /** Protocols that requests may switch to, or ANY_UPGRADE. */
  upgrade?: string;
  addressTtl?: number;
  /** Hundredths: 100 for `loadfactor=1`. Of members of balancers, as are those below. */
  loadFactor?: number;
  lbSet?: number;
  route?: string;
  redirect?: string;
  /** Bits of a state (balancer/status-flags.ts). */
  status?: number;
}

/** Sets one parameter; answers Apache's sentence when the value is wrong. */
type Setter = (params: WorkerParameters, value: string) => string | undefined;

const LARGEST_INT = 2147483647;

/** What `upgrade=ANY` is kept as; `upgrade=*` means the same. */
export const ANY_UPGRADE = '*';

/** Accepted and checked, and not done yet. Others do nothing because there is no balancer, as in Apache. */
export const NO_EFFECT: ReadonlySet<string> = new Set(['ping', 'receivebuffersize']);

const SETTERS: { readonly [name: string]: Setter } = {
  min: (_, value) => (leadingInteger(value) < 0 ? 'Min must be a positive number' : undefined),
  smax: (_, value) => (leadingInteger(value) < 0 ? 'Smax must be a positive number' : undefined),
  max: setMax,
  ttl: setTtl,
  acquire: setAcquire,
  connectiontimeout: setConnectionTimeout,
  timeout: setTimeoutParameter,
  ping: setPing,
  keepalive: (params, value) =>
    setFlag(value, 'KeepAlive must be On|Off', (on) => {
      params.keepAlive = on;
    }),
  disablereuse: (params, value) =>
    setFlag(value, 'DisableReuse must be On|Off', (on) => {
      params.reuse = !on;
    }),
  enablereuse: (params, value) =>
    setFlag(value, 'EnableReuse must be On|Off', (on) => {
      params.reuse = on;
    }),
  retry: setRetry,
  flushpackets: (_, value) =>
    ['on', 'off', 'auto'].some((word) => equalsIgnoreCase(word, value))
      ? undefined
      : 'flushpackets must be on|off|auto',
  flushwait: (_, value) =>
    leadingInteger(value) < 0 || leadingInteger(value) > 1000
      ? 'flushwait must be <= 1000, or 0 for system default of 10 millseconds.'
      : undefined,
  flusher: (_, value) => checkLength(value, 16, 'flusher name'),
  iobuffersize: (_, value) => checkBufferSize(value, 'IOBufferSize'),
  receivebuffersize: setReceiveBufferSize,
  responsefieldsize: setResponseFieldSize,
  upgrade: setUpgrade,
  loadfactor: setLoadFactor,
  route: (params, value) => setText(params, 'route', value, 'Route'),
  redirect: (params, value) => setText(params, 'redirect', value, 'Redirect'),
  lbset: setLbSet,
  status: setStatus,
  secret: (_, value) => checkLength(value, 64, 'Secret'),
  addressttl: setAddressTtl,
};

/** Sets one parameter of a worker outside a balancer; answers Apache's sentence when it cannot be. */
export function setWorkerParameter(
  params: WorkerParameters,
  name: string,
  value: string,
): string | undefined {
  const key = name.toLowerCase();
  if (!Object.hasOwn(SETTERS, key)) return 'unknown Worker parameter';
  return SETTERS[key]!(params, value);
}

function checkLength(value: string, limit: number, what: string): string | undefined {
  return value.length < limit ? undefined : `${what} length must be < ${limit} characters`;
}

function setText(
  params: WorkerParameters,
  key: 'route' | 'redirect',
  value: string,
  what: string,
): string | undefined {
  const error = checkLength(value, 96, what);
  if (error === undefined) params[key] = value;
  return error;
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

function checkBufferSize(value: string, what: string): string | undefined {
  const size = leadingInteger(value);
  return size >= 512 || size === 0 ? undefined : `${what} must be >= 512 bytes, or 0 for system default.`;
}

function setFlag(value: string, error: string, set: (on: boolean) => void): string | undefined {
  if (equalsIgnoreCase(value, 'on')) set(true);
  else if (equalsIgnoreCase(value, 'off')) set(false);
  else return error;
  return undefined;
}

function setMax(params: WorkerParameters, value: string): string | undefined {
  const max = leadingInteger(value);
  if (max < 0) return 'Max must be a positive number';
  if (max > 0) params.max = max;
  return undefined;
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

function setReceiveBufferSize(params: WorkerParameters, value: string): string | undefined {
  const error = checkBufferSize(value, 'ReceiveBufferSize');
  if (error === undefined) params.receiveBufferSize = leadingInteger(value);
  return error;
}

function setResponseFieldSize(params: WorkerParameters, value: string): string | undefined {
  const size = leadingInteger(value);
  if (size < 0) return 'ResponseFieldSize must be greater than 0 bytes, or 0 for system default.';
  if (size > 0) params.responseFieldSize = size;
  return undefined;
}

function setUpgrade(params: WorkerParameters, value: string): string | undefined {
  const error = checkLength(value, 16, 'upgrade protocol');
  if (error !== undefined) return error;
  if (value === '') delete params.upgrade;
  else params.upgrade = equalsIgnoreCase(value, 'any') ? ANY_UPGRADE : value;
  return undefined;
}

function setAddressTtl(params: WorkerParameters, value: string): string | undefined {
  const seconds = /^-?[0-9]+$/.test(value) ? Number(value) : Number.NaN;
  if (!(seconds >= -1 && seconds <= LARGEST_INT)) {
    return `AddressTTL must be -1 or a number of seconds not exceeding (${LARGEST_INT})`;
  }
  params.addressTtl = seconds;
  return undefined;
}
