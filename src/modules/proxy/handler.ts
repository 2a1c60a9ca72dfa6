// The handler phase of a proxied request: Max-Forwards and TRACE are looked at, the worker and its pool are found, and
// the request is forwarded. Schemes that this build cannot speak are answered here.

import { coreServer } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { DECLINED, type Verdict } from '../../request/verdict.ts';
import { type BackendTls, backendTls } from '../ssl/index.ts';
import type { ProxyDirConfig, ProxyServerConfig } from './config.ts';
import type { Addresses } from './addresses.ts';
import { FLAG, NOT_USABLE } from './balancer/status-flags.ts';
import { lookupFailed, noTls, workerShut } from './failure.ts';
import { canonicaliseFcgi, type FcgiPools, forwardFcgi } from './fcgi/index.ts';
import { Forward } from './forward.ts';
import type { Http2Pools } from './h2/index.ts';
import type { HttpPools } from './http-pools.ts';
import { NOCANON } from './map.ts';
import { endOfForwards, readMaxForwards } from './max-forwards.ts';
import { refuseBlocked } from './remote/block.ts';
import { redirectToDomain } from './remote/domain.ts';
import { type RemoteProxy, remotesOf } from './remote/remote-proxy.ts';
import { sendThrough } from './remote/through.ts';
import {
  type CanonOptions,
  canonicalTarget,
  namedOrigin,
  type Origin,
  splitUrl,
  type Target,
  withSocket,
} from './target.ts';
import { findUpgrade, isWebSocket, requireUpgrade } from './upgrade.ts';
import { findWorker, GENERIC_WORKER, type Worker } from './worker.ts';
import { type Speakers, takesWebSockets } from './wstunnel.ts';

/** What fixups finds out for the handler. */
export interface Plan {
  /** The file name it was made for. */
  readonly filename: string;
  readonly target: Target;
}

/** Is a module loaded that speaks to backends of this scheme? */
function isSpoken(scheme: string, { http, wstunnel, fcgi, http2, ssl }: Speakers): boolean {
  switch (scheme) {
    case 'http':
      return http;
    case 'https':
      return http && ssl;
    case 'fcgi':
      return fcgi;
    case 'ws':
      return http || wstunnel;
    case 'wss':
      return (http || wstunnel) && ssl;
    case 'h2c':
      return http2;
    case 'h2':
      return http2 && ssl;
    default:
      return false;
  }
}

/**
 * Puts the URL into its canonical form; answers the plan, or a status. `isFile`: its path is the name of a file, because
 * a handler wants it there.
 */
export function canonicalise(x: Exchange, speakers: Speakers, isFile = false): Plan | Verdict {
  const url = x.filename!.slice('proxy:'.length);
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
  readonly http2Pools: Http2Pools;
  readonly fcgiPools: FcgiPools;
  /** Milliseconds. */
  readonly timeout: number;
  readonly speakers: Speakers;
  readonly addresses: Addresses;
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
  return forward(x, current.target, site, maxForwards);
}

function forward(
  x: Exchange,
  found: Target,
  site: HandlerSite,
  maxForwards: number | undefined,
): Verdict | Promise<Verdict> {
  const { conf, addresses } = site;
  const moved = conf.domain === undefined ? undefined : redirectToDomain(x, conf.domain);
  if (moved !== undefined) return moved;
  const worker = findWorker(conf.workers, found.url, found.origin.socket);
  const target = throughWorker(found, worker);
  const { origin } = target;
  if (isShut(worker)) return workerShut(x, origin);
  if (!origin.isLookable) return lookupFailed(x, origin.host);
  if (hasUnknownCoding(x)) return refuseCoding(x);
  const remotes = remotesOf(x, conf, target.url, origin.scheme);
  const send = (): Verdict | Promise<Verdict> => sendToWorker(x, { target, worker, remotes, maxForwards }, site);
  if (conf.blocks.length === 0) return send();
  const refused = refuseBlocked(x, { words: conf.blocks, addresses }, origin, remotes.length === 0);
  if (refused instanceof Promise) return refused.then((verdict) => verdict ?? send());
  return refused ?? send();
}

/** What one request is sent to, and how. */
interface Way {
  readonly target: Target;
  readonly worker: Worker;
  readonly remotes: readonly RemoteProxy[];
  readonly maxForwards: number | undefined;
}

function sendToWorker(x: Exchange, way: Way, site: HandlerSite): Verdict | Promise<Verdict> {
  const { target, worker, remotes, maxForwards } = way;
  const { conf, dir, pools, http2Pools, fcgiPools, timeout, speakers } = site;
  const { origin } = target;
  if (origin.scheme === 'fcgi') {
    if (maxForwards !== undefined) x.headers.set('Max-Forwards', String(maxForwards));
    // Apache says so to applications of workers that no line names.
    if (worker === GENERIC_WORKER) x.env.set('proxy-nokeepalive', '1');
    const settings = fcgiPools.settings(timeout, 'IsError', conf.sourceAddress);
    return forwardFcgi(x, { target, pool: fcgiPools.find(worker, origin, settings), dir });
  }
  const isStrict = isWebSocket(origin) && takesWebSockets(x, speakers);
  const upgrade = isStrict ? requireUpgrade(x, worker, target) : findUpgrade(x, worker, target);
  if (typeof upgrade === 'number') return upgrade;
  const tls = origin.isSecure ? tlsTo(x, origin) : undefined;
  if (typeof tls === 'number') return tls;
  const settings = pools.settings(timeout, conf.badHeader ?? 'IsError', conf.sourceAddress, tls);
  const own = tls !== undefined && dir.preserveHost === true ? clientNamed(x, origin) : origin;
  if (origin.isHttp2) {
    const pool = http2Pools.find(worker, own, settings);
    return new Forward(x, { target, pool, conf, dir, maxForwards, upgrade: undefined, remote: undefined }).run();
  }
  const send = (remote: RemoteProxy | undefined): Verdict | Promise<Verdict> => {
    const pool = pools.find(worker, own.socket === undefined ? (remote?.origin ?? own) : own, settings);
    return new Forward(x, { target, pool, conf, dir, maxForwards, upgrade, remote }).run();
  };
  return remotes.length === 0 ? send(undefined) : sendThrough(x, remotes, send);
}

/** Apache: a worker that is reached by a socket is so by whatever rule names its URL. */
function throughWorker(target: Target, { socket }: Worker): Target {
  return socket === undefined || target.origin.socket !== undefined ? target : withSocket(target, socket);
}

/** Kept out of use by its configuration. Errors do not count: outside of balancers it is tried again at once. */
function isShut({ params }: Worker): boolean {
  return params.status !== undefined && (params.status & NOT_USABLE & ~FLAG.IN_ERROR) !== 0;
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
  ajp: 'AJP is not spoken; have the application server listen for HTTP and write http://',
  scgi: 'SCGI is not spoken; have the application listen for HTTP or FastCGI',
  uwsgi: 'the uwsgi protocol is not spoken; start uWSGI with --http-socket and write http://',
  ftp: 'FTP is not spoken',
  balancer: 'balancers (mod_proxy_balancer) are not supported yet',
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
