// On to the backend: the worker of a target, what the configuration has to say of the way there, and the protocol that
// is spoken. Which target a request has is decided before.

import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import type { Verdict } from '../../request/verdict.ts';
import { type BackendTls, backendTls } from '../ssl/index.ts';
import type { Addresses } from './addresses.ts';
import { askApp } from './app-target.ts';
import type { Attempt } from './attempt.ts';
import type { BalancerMember } from './balancer/member.ts';
import { FLAG, NOT_USABLE } from './balancer/status-flags.ts';
import type { ProxyDirConfig, ProxyServerConfig } from './config.ts';
import { lookupFailed, noTls, workerShut } from './failure.ts';
import { type FcgiPools, forwardFcgi } from './fcgi/index.ts';
import { Forward } from './forward.ts';
import type { Http2Pools } from './h2/index.ts';
import type { CarrierPool, HttpPools } from './http-pools.ts';
import { refuseBlocked } from './remote/block.ts';
import { redirectToDomain } from './remote/domain.ts';
import { type RemoteProxy, remotesOf } from './remote/remote-proxy.ts';
import { sendThrough } from './remote/through.ts';
import { namedOrigin, type Origin, type Target, throughProxy, withSocket } from './target.ts';
import { findUpgrade, isWebSocket, requireUpgrade, type Upgrade } from './upgrade.ts';
import { findWorker, GENERIC_WORKER, type Worker } from './worker.ts';
import { type Speakers, takesWebSockets } from './wstunnel.ts';

/** What is needed from the configuration and the loaded site. */
export interface SendSite {
  readonly conf: ProxyServerConfig;
  readonly dir: ProxyDirConfig;
  readonly pools: HttpPools;
  readonly http2Pools: Http2Pools;
  readonly fcgiPools: FcgiPools;
  /** Milliseconds. */
  readonly timeout: number;
  readonly speakers: Speakers;
  readonly addresses: Addresses;
}

/** What is known of a request besides its target. */
export interface Sending {
  readonly maxForwards: number | undefined;
  readonly member?: BalancerMember;
  readonly attempt?: Attempt;
}

/** What one request is sent to, and how. */
interface Way {
  readonly target: Target;
  readonly worker: Worker;
  readonly sending: Sending;
}

/** Sends a request to its target and takes the answer. */
export function sendToBackend(
  x: Exchange,
  found: Target,
  site: SendSite,
  sending: Sending,
): Verdict | Promise<Verdict> {
  const { conf } = site;
  const moved = conf.domain === undefined ? undefined : redirectToDomain(x, conf.domain);
  if (moved !== undefined) return moved;
  const worker = sending.member?.worker ?? findWorker(conf.workers, found.url, found.origin.socket);
  const target = throughWorker(found, worker);
  const { origin } = target;
  if (sending.member === undefined && isShut(worker)) return workerShut(x, origin);
  if (!origin.isLookable) {
    sending.attempt?.unnamed();
    return lookupFailed(x, origin.host);
  }
  if (hasUnknownCoding(x)) return refuseCoding(x);
  const way: Way = { target, worker, sending };
  if (conf.blocks.length > 0) return sendUnlessBlocked(x, way, site);
  return send(x, way, site);
}

/** Apache: a worker that is reached by a socket is so by whatever rule names its URL. */
function throughWorker(target: Target, { socket }: Worker): Target {
  return socket === undefined || target.origin.socket !== undefined ? target : withSocket(target, socket);
}

/** Kept out of use by its configuration. Errors do not count: outside of balancers it is tried again at once. */
function isShut({ params }: Worker): boolean {
  return params.status !== undefined && (params.status & NOT_USABLE & ~FLAG.IN_ERROR) !== 0;
}

function sendUnlessBlocked(x: Exchange, way: Way, site: SendSite): Verdict | Promise<Verdict> {
  const { conf, addresses } = site;
  const { origin, url } = way.target;
  const isDirect = remotesOf(x, conf, url, origin.scheme).length === 0;
  const refused = refuseBlocked(x, { words: conf.blocks, addresses }, origin, isDirect);
  if (refused instanceof Promise) return refused.then((verdict) => verdict ?? send(x, way, site));
  return refused ?? send(x, way, site);
}

function send(x: Exchange, way: Way, site: SendSite): Verdict | Promise<Verdict> {
  const { target, worker } = way;
  if (target.origin.scheme === 'fcgi') return sendFcgi(x, way, site);
  if (target.origin.scheme === 'app') return sendToApp(x, way, site);
  const isStrict = isWebSocket(target.origin) && takesWebSockets(x, site.speakers);
  const upgrade = isStrict ? requireUpgrade(x, worker, target) : findUpgrade(x, worker, target);
  if (typeof upgrade === 'number') return upgrade;
  const remotes = remotesOf(x, site.conf, target.url, target.origin.scheme);
  if (remotes.length === 0) return sendHttp(x, way, site, { upgrade, remote: undefined });
  return sendThrough(x, remotes, (remote) => sendHttp(x, way, site, { upgrade, remote }));
}

/** Parameters are those of the worker that the application's name finds. */
function sendToApp(x: Exchange, way: Way, site: SendSite): Verdict | Promise<Verdict> {
  const { worker, sending } = way;
  return askApp(x, way.target, sending.attempt, (target, attempt) => {
    const upgrade = findUpgrade(x, worker, target);
    const own: Way = { target, worker, sending: { ...sending, attempt } };
    return sendHttp(x, own, site, { upgrade, remote: undefined, mayDrop: false });
  });
}

function sendFcgi(x: Exchange, { target, worker, sending }: Way, site: SendSite): Verdict | Promise<Verdict> {
  const { maxForwards, attempt } = sending;
  const { conf, dir, fcgiPools, timeout } = site;
  if (maxForwards !== undefined) x.headers.set('Max-Forwards', String(maxForwards));
  // Apache says so to applications of workers that no line names.
  if (worker === GENERIC_WORKER) x.env.set('proxy-nokeepalive', '1');
  const settings = fcgiPools.settings(timeout, 'IsError', conf.sourceAddress);
  return forwardFcgi(x, { target, pool: fcgiPools.find(worker, target.origin, settings), dir, attempt });
}

/** How a request leaves HTTP, and which proxy it goes through. */
interface HttpWay {
  readonly upgrade: Upgrade | undefined;
  readonly remote: RemoteProxy | undefined;
  /** False where a client must not try again by itself. */
  readonly mayDrop?: boolean;
}

function sendHttp(
  x: Exchange,
  { target, worker, sending }: Way,
  { conf, dir, pools, http2Pools, timeout }: SendSite,
  { upgrade, remote, mayDrop = true }: HttpWay,
): Verdict | Promise<Verdict> {
  const { maxForwards, attempt } = sending;
  const { origin } = target;
  const tls = origin.isSecure ? tlsTo(x, origin) : undefined;
  if (typeof tls === 'number') return tls;
  const settings = pools.settings(timeout, conf.badHeader ?? 'IsError', conf.sourceAddress, tls);
  const own = tls !== undefined && dir.preserveHost === true ? clientNamed(x, origin) : origin;
  const end = endBehind(own, remote);
  const pool: CarrierPool = (origin.isHttp2 ? http2Pools : pools).find(worker, end, settings);
  // What is encrypted is nothing that the proxy reads: the request is the backend's alone.
  const reader = end.through === undefined ? remote : undefined;
  return new Forward(x, {
    target,
    pool,
    conf,
    dir,
    maxForwards,
    upgrade,
    remote: reader,
    attempt,
    mayDrop,
  }).run();
}

/** What is connected to. Apache: a socket, whatever proxy is named; for TLS the proxy is asked for a way with CONNECT. */
function endBehind(end: Origin, remote: RemoteProxy | undefined): Origin {
  if (remote === undefined || end.socket !== undefined) return end;
  return end.isSecure ? throughProxy(end, remote) : remote.origin;
}

/** How TLS is spoken to a backend, or the answer where it is not. */
function tlsTo(x: Exchange, origin: Origin): BackendTls | Verdict {
  try {
    return backendTls(x) ?? noTls(x, origin);
  } catch (error) {
    return noTls(x, origin, `; OpenSSL does not take the SSLProxy directives: ${(error as Error).message}`);
  }
}

/** With ProxyPreserveHost the backend is asked for the name that the client has asked for, and has to prove that one. */
function clientNamed(x: Exchange, origin: Origin): Origin {
  return x.hostname === '' ? origin : namedOrigin(origin, x.hostname);
}

/** Codings beneath chunked cannot be undone, and must not be taken for content. */
function hasUnknownCoding(x: Exchange): boolean {
  const codings = x.body === undefined ? undefined : x.headers.combined('transfer-encoding');
  return codings !== undefined && codings.toLowerCase() !== 'chunked';
}

function refuseCoding(x: Exchange): Verdict {
  const codings = x.headers.combined('transfer-encoding');
  logEvent(x, 'proxy_http', 'error', `AH01093: ${codings} Transfer-Encoding is not supported`);
  return 500;
}
