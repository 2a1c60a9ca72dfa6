// Which protocols a request may switch to, and whether a backend switched to the one it was asked for. Bytes behind the
// switch are the tunnel's.

import { equalsIgnoreCase, startsWithIgnoreCase } from '../../kit/ascii.ts';
import { coreServer } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import type { Verdict } from '../../request/verdict.ts';
import { isFieldText } from '../../wire/field-syntax.ts';
import type { ResponseHead } from '../../wire/response-parser.ts';
import { DEFAULT_TIMEOUT } from './config.ts';
import type { Origin, Target } from './target.ts';
import type { Worker } from './worker.ts';
import { ANY_UPGRADE } from './worker-parameters.ts';

const WEBSOCKET = 'WebSocket';

/** How one request may leave HTTP. */
export interface Upgrade {
  readonly worker: Worker;
  /** What the backend is asked for; undefined when the request asks for nothing that the worker may be asked for. */
  readonly offered: string | undefined;
  /** A tunnel in which nothing moves is closed after a while. */
  readonly timesOut: boolean;
}

/** Words between bytes that cannot stand in one, as Apache finds them in `upgrade=`. */
const BETWEEN_WORDS = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]+/;

/**
 * May clients of the worker switch to what this Upgrade field says? Apache compares only as much of it as a word of
 * `upgrade=` has: `websocket` stands for `websocket, h2c` too. The backend has to answer with the same list.
 */
function mayUpgrade(worker: Worker, protocol: string): boolean {
  const { upgrade } = worker.params;
  if (upgrade === undefined) return equalsIgnoreCase(protocol, WEBSOCKET);
  if (upgrade === ANY_UPGRADE || equalsIgnoreCase(protocol, upgrade)) return true;
  return upgrade.split(BETWEEN_WORDS).some((word) => word !== '' && startsWithIgnoreCase(protocol, word));
}

/** What the client asks for, where that can be asked of the worker. */
function wantedOf(x: Exchange, worker: Worker): string | undefined {
  // RFC 9110 section 7.8: an Upgrade from HTTP/1.0 is ignored. An error page has no protocol of its own.
  if (x.protocol < 1001 || x.errorStatus !== 0) return undefined;
  const wanted = x.headers.combined('upgrade');
  if (wanted === undefined || wanted === '' || !isFieldText(wanted)) return undefined;
  return mayUpgrade(worker, wanted) ? wanted : undefined;
}

/** A ws:// or wss:// target. */
export function isWebSocket({ scheme }: Origin): boolean {
  return scheme === 'ws' || scheme === 'wss';
}

/** How a request to this target may leave HTTP; undefined when it cannot. */
export function findUpgrade(x: Exchange, worker: Worker, { origin }: Target): Upgrade | undefined {
  if (worker.params.upgrade === undefined && !isWebSocket(origin)) return undefined;
  const isSimple = x.hasEnv() && x.env.has('force-proxy-request-1.0');
  return { worker, offered: isSimple ? undefined : wantedOf(x, worker), timesOut: true };
}

/**
 * The same where mod_proxy_wstunnel does it by itself: only requests that ask for the worker's protocol are passed on,
 * and its name for it is sent. A status when the request is none.
 */
export function requireUpgrade(x: Exchange, worker: Worker, { url }: Target): Upgrade | Verdict {
  const { upgrade } = worker.params;
  const own = upgrade ?? WEBSOCKET;
  const wanted = wantedOf(x, worker);
  // differs: where upgrade=ANY, Apache asks the backend for a protocol named `*`.
  if (wanted !== undefined) return { worker, offered: own === ANY_UPGRADE ? wanted : own, timesOut: false };
  const said = x.headers.combined('upgrade') ?? 'missing';
  logEvent(
    x,
    'proxy_wstunnel',
    'info',
    `AH02900: require upgrade for URL ${url} (Upgrade header is ${said}, expecting ${own})`,
  );
  x.errHeadersOut.set('Connection', 'Upgrade');
  x.errHeadersOut.set('Upgrade', own);
  return 426;
}

/** Why a backend's 101 is no answer to the request; undefined when it is one. */
export function findUnexpected(head: ResponseHead, upgrade: Upgrade | undefined): string | undefined {
  const got = head.headers.get('upgrade');
  const expected = upgrade?.offered;
  if (got !== undefined && expected !== undefined && equalsIgnoreCase(got, expected)) return undefined;
  return `Unexpected Upgrade: ${got ?? 'n/a'} (expecting ${expected ?? 'n/a'})`;
}

/** The Upgrade field of an answer that stays with HTTP, where the client may act on it. */
export function advertisedUpgrade(head: ResponseHead, upgrade: Upgrade | undefined): string | undefined {
  const value = upgrade === undefined ? undefined : head.headers.get('upgrade');
  return value !== undefined && mayUpgrade(upgrade!.worker, value) ? value : undefined;
}

/** How long nothing may move in a tunnel: the larger of the client's and the backend's patience. */
export function tunnelTimeout(x: Exchange, upgrade: Upgrade | undefined, backendTimeout: number): number {
  // Apache: mod_proxy_wstunnel waits for ever.
  if (upgrade?.timesOut === false) return Number.POSITIVE_INFINITY;
  return Math.max(coreServer(x.server).timeout || DEFAULT_TIMEOUT, backendTimeout);
}
