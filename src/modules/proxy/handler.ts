// The handler phase of a proxied request: Max-Forwards and TRACE are looked at, the worker and its pool are found, and
// the request is forwarded. Schemes that this build cannot speak are answered here.

import { coreServer } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import type { Soon } from '../../kit/wait.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import type { Attempt } from './attempt.ts';
import { balance } from './balancer/balance.ts';
import { isBalancerUrl } from './balancer/config.ts';
import type { BalancerMember } from './balancer/member.ts';
import { balancersOf } from './balancer/module.ts';
import { canonicalBalancerUrl } from './balancer/url.ts';
import type { ProxyDirConfig, ProxyServerConfig } from './config.ts';
import { lookupFailed } from './failure.ts';
import { canonicaliseFcgi, type FcgiPools, forwardFcgi } from './fcgi/index.ts';
import { Forward } from './forward.ts';
import type { HttpPools } from './http-pools.ts';
import { NOCANON } from './map.ts';
import { endOfForwards, readMaxForwards } from './max-forwards.ts';
import { type CanonOptions, canonicalTarget, splitUrl, type Target } from './target.ts';
import { findUpgrade, requireUpgrade } from './upgrade.ts';
import { findWorker, GENERIC_WORKER, type Worker } from './worker.ts';
import { type Speakers, takesWebSockets } from './wstunnel.ts';

/** What fixups finds out for the handler. */
export interface Plan {
  /** The file name it was made for. */
  readonly filename: string;
  /** Undefined for a balancer, which has no target until a member is chosen. */
  readonly target: Target | undefined;
}

/** Is a module loaded that speaks to backends of this scheme? */
function isSpoken(scheme: string, { http, wstunnel, fcgi }: Speakers): boolean {
  if (scheme === 'fcgi') return fcgi;
  return scheme === 'http' ? http : scheme === 'ws' && (http || wstunnel);
}

/**
 * Puts the URL into its canonical form; answers the plan, or a status. `isFile`: its path is the name of a file, because
 * a handler wants it there.
 */
export function canonicalise(x: Exchange, speakers: Speakers, isFile = false): Plan | Verdict {
  const url = x.filename!.slice('proxy:'.length);
  if (speakers.balancer && isBalancerUrl(url)) return planBalancer(x, url);
  const split = splitUrl(url);
  if (split === undefined) return !speakers.http || url.indexOf(':') > 0 ? DECLINED : 400;
  if (!isSpoken(split.scheme, speakers)) return DECLINED;
  const isFcgi = split.scheme === 'fcgi';
  const target = isFcgi
    ? canonicaliseFcgi(x, split, isFile ? 'file' : x.note(NOCANON) === undefined ? 'decoded' : 'raw')
    : canonicalTarget(split, canonOptions(x));
  if ('status' in target) {
    logEvent(x, isFcgi ? 'proxy_fcgi' : 'proxy_http', 'error', target.text);
    return target.status;
  }
  x.filename = `proxy:${target.url}`;
  return { filename: x.filename, target };
}

function planBalancer(x: Exchange, url: string): Plan | Verdict {
  const canonical = canonicalBalancerUrl(url);
  if (canonical === undefined) {
    logEvent(x, 'proxy_balancer', 'error', `AH01157: error parsing URL ${url}: Invalid host/port`);
    return 400;
  }
  x.filename = `proxy:${canonical}`;
  return { filename: x.filename, target: undefined };
}

function canonOptions(x: Exchange): CanonOptions {
  return {
    isRaw: x.note(NOCANON) !== undefined,
    args: x.args,
    keepSlashes: coreServer(x.server).allowEncodedSlashes === 'nodecode',
  };
}

/** The target of `SetHandler "proxy:URL"`: the handler's URL with the file name behind it. */
function targetOfHandler(x: Exchange): string | undefined {
  if (x.handler?.startsWith('proxy:') !== true || x.filename?.charCodeAt(0) !== 0x2f) return undefined;
  return x.handler + x.filename;
}

/** What the handler needs from the configuration and the loaded site. */
export interface HandlerSite {
  readonly conf: ProxyServerConfig;
  readonly dir: ProxyDirConfig;
  readonly pools: HttpPools;
  readonly fcgiPools: FcgiPools;
  /** Milliseconds. */
  readonly timeout: number;
  readonly speakers: Speakers;
}

/** Answers a proxied request; declines every other. */
export function handleProxied(
  x: Exchange,
  plan: Plan | undefined,
  site: HandlerSite,
): Verdict | Promise<Verdict> {
  const isFile = !x.proxied;
  if (isFile) {
    const filename = targetOfHandler(x);
    if (filename === undefined) return DECLINED;
    x.filename = filename;
    x.proxied = true;
  } else if (x.filename?.startsWith('proxy:') !== true) return DECLINED;
  if (isTraceRefused(x)) return 405;
  const maxForwards = readMaxForwards(x, site.conf);
  if (typeof maxForwards === 'string') return endOfForwards(x, maxForwards);
  const current = plan?.filename === x.filename ? plan : canonicalise(x, site.speakers, isFile);
  if (typeof current === 'number') return current === DECLINED ? noProtocol(x) : current;
  if (current.target === undefined) return forwardToBalancer(x, site, { maxForwards, isFile });
  return forward(x, current.target, site, { maxForwards });
}

/** Has a member of the balancer that the URL names answer. */
function forwardToBalancer(
  x: Exchange,
  site: HandlerSite,
  { maxForwards, isFile }: { readonly maxForwards: number | undefined; readonly isFile: boolean },
): Soon<Verdict> {
  const url = x.filename!.slice('proxy:'.length);
  const balancer = balancersOf(x.site)?.find(x.server, url);
  if (balancer === undefined) return noProtocol(x);
  let target: Target | undefined;
  return balance(x, {
    balancer,
    url,
    prepare: () => {
      const plan = canonicalise(x, site.speakers, isFile);
      if (typeof plan === 'number') return plan === DECLINED ? noProtocol(x) : plan;
      target = plan.target;
      return target === undefined ? noProtocol(x) : OK;
    },
    send: (member, attempt) => forward(x, target!, site, { maxForwards, member, attempt }),
  });
}

/** What is known of a request besides its target. */
interface Forwarding {
  readonly maxForwards: number | undefined;
  readonly member?: BalancerMember;
  readonly attempt?: Attempt;
}

function forward(
  x: Exchange,
  target: Target,
  { conf, dir, pools, fcgiPools, timeout, speakers }: HandlerSite,
  { maxForwards, member, attempt }: Forwarding,
): Verdict | Promise<Verdict> {
  const { origin } = target;
  if (!origin.isLookable) {
    attempt?.refused();
    return lookupFailed(x, origin.host);
  }
  if (hasUnknownCoding(x)) return refuseCoding(x);
  const worker = member?.worker ?? workerOf(conf, target);
  if (origin.scheme === 'fcgi') {
    if (maxForwards !== undefined) x.headers.set('Max-Forwards', String(maxForwards));
    // Apache says so to applications of workers that no line names.
    if (worker === GENERIC_WORKER) x.env.set('proxy-nokeepalive', '1');
    const pool = fcgiPools.find(worker, origin, fcgiPools.settings(timeout, 'IsError'));
    return forwardFcgi(x, { target, pool, dir, attempt });
  }
  const isStrict = origin.scheme === 'ws' && takesWebSockets(x, speakers);
  const upgrade = isStrict ? requireUpgrade(x, worker, target) : findUpgrade(x, worker, target);
  if (typeof upgrade === 'number') return upgrade;
  const settings = pools.settings(timeout, conf.badHeader ?? 'IsError');
  const pool = pools.find(worker, origin, settings);
  return new Forward(x, { target, pool, conf, dir, maxForwards, upgrade, attempt }).run();
}

function workerOf(conf: ProxyServerConfig, target: Target): Worker {
  const { socket } = target.origin;
  const worker = socket === undefined ? undefined : findWorker(conf.workers, `unix:${socket}|${target.url}`);
  // Apache: a worker that is named without the socket serves it, too.
  return worker === undefined || worker === GENERIC_WORKER ? findWorker(conf.workers, target.url) : worker;
}

/** TRACE under TraceEnable Off is refused before a backend hears of it. */
function isTraceRefused(x: Exchange): boolean {
  if (x.method !== 'TRACE' || coreServer(x.server).traceEnable !== 'off') return false;
  x.notes.set('error-notes', 'TRACE denied by server configuration');
  return true;
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

/** Schemes that Apache has modules for and this server has none yet. */
const MISSING: { readonly [scheme: string]: string } = {
  https: 'TLS connections to backends (mod_ssl) are not supported yet',
  wss: 'TLS connections to backends (mod_ssl) are not supported yet; ws:// works without TLS',
};

function noProtocol(x: Exchange): Verdict {
  const url = x.filename!.slice('proxy:'.length);
  const scheme = splitUrl(url)?.scheme ?? url.slice(0, Math.max(0, url.indexOf(':')));
  const missing = Object.hasOwn(MISSING, scheme) ? ` (${MISSING[scheme]})` : '';
  logEvent(
    x,
    'proxy',
    'warn',
    `AH01144: No protocol handler was valid for the URL ${x.uri} (scheme '${scheme}'). ` +
      'If you are using a DSO version of mod_proxy, make sure the proxy submodules are included in the ' +
      `configuration using LoadModule.${missing}`,
  );
  return 500;
}
