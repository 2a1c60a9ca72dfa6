// The handler phase of a proxied request: Max-Forwards and TRACE are looked at, the target is made canonical, and the
// request is sent on, for a balancer to a member of it. Schemes that this build cannot speak are answered here.

import type { Soon } from '../../kit/wait.ts';
import { coreServer } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import { isAppUrl } from './app-reverse.ts';
import { balance } from './balancer/balance.ts';
import { isBalancerUrl } from './balancer/config.ts';
import { balancersOf } from './balancer/module.ts';
import { canonicalBalancerUrl } from './balancer/url.ts';
import { canonicaliseFcgi } from './fcgi/index.ts';
import { NOCANON } from './map.ts';
import { endOfForwards, readMaxForwards } from './max-forwards.ts';
import { type SendSite, sendToBackend } from './send.ts';
import {
  type CanonOptions,
  canonicalTarget,
  type SplitUrl,
  splitUrl,
  type Target,
  type TargetFault,
} from './target.ts';
import type { Speakers } from './wstunnel.ts';

/** What fixups finds out for the handler. */
export interface Plan {
  /** The file name it was made for. */
  readonly filename: string;
  /** Undefined for a balancer, which has no target until a member is chosen. */
  readonly target: Target | undefined;
}

/** Is a module loaded that speaks to backends of this scheme? */
function isSpoken(scheme: string, { http, wstunnel, fcgi, http2, ssl }: Speakers): boolean {
  switch (scheme) {
    case 'http':
    case 'app':
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
  if (speakers.balancer && isBalancerUrl(url)) return planBalancer(x, url);
  const split = splitUrl(url);
  if (split === undefined) return !speakers.http || url.indexOf(':') > 0 ? DECLINED : 400;
  if (!isSpoken(split.scheme, speakers)) return DECLINED;
  const isFcgi = split.scheme === 'fcgi';
  const target = isFcgi
    ? canonicaliseFcgi(x, split, isFile ? 'file' : x.note(NOCANON) === undefined ? 'decoded' : 'raw')
    : canonicalHttp(x, split);
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

/** A release that did not refuse such a path is only asked about in a rehearsal. */
function canonicalHttp(x: Exchange, split: SplitUrl): Target | TargetFault {
  const options = canonOptions(x);
  const target = canonicalTarget(split, options);
  const isLet = 'status' in target && x.site.rehearsal?.era?.refusesRawPaths === false;
  return isLet ? canonicalTarget(split, { ...options, allowsSpaces: true }) : target;
}

function canonOptions(x: Exchange): CanonOptions {
  return {
    isRaw: x.note(NOCANON) !== undefined,
    args: x.args,
    keepSlashes: coreServer(x.server).allowEncodedSlashes === 'nodecode',
  };
}

/**
 * The target of `SetHandler "proxy:URL"`: the handler's URL with the file name behind it; an application gets the path of
 * the URL, as it has no use for names of files.
 */
function targetOfHandler(x: Exchange): string | undefined {
  if (x.handler?.startsWith('proxy:') !== true || x.filename?.charCodeAt(0) !== 0x2f) return undefined;
  if (!isAppUrl(x.handler.slice('proxy:'.length))) return x.handler + x.filename;
  return x.handler.replace(/\/$/, '') + x.uri;
}

/** Answers a proxied request; declines every other. */
export function handleProxied(
  x: Exchange,
  plan: Plan | undefined,
  site: SendSite,
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
  return sendToBackend(x, current.target, site, { maxForwards });
}

/** Has a member of the balancer that the URL names answer. */
function forwardToBalancer(
  x: Exchange,
  site: SendSite,
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
    send: (member, attempt) => sendToBackend(x, target!, site, { maxForwards, member, attempt }),
  });
}

/** TRACE under TraceEnable Off is refused before a backend hears of it. */
function isTraceRefused(x: Exchange): boolean {
  if (x.method !== 'TRACE' || coreServer(x.server).traceEnable !== 'off') return false;
  x.notes.set('error-notes', 'TRACE denied by server configuration');
  return true;
}

/** Schemes that nobody here speaks, and what would help. */
const MISSING: { readonly [scheme: string]: string } = {
  ajp: 'AJP is not spoken; have the application server listen for HTTP and write http://',
  scgi: 'SCGI is not spoken; have the application listen for HTTP or FastCGI',
  uwsgi: 'the uwsgi protocol is not spoken; start uWSGI with --http-socket and write http://',
  ftp: 'FTP is not spoken',
  https: 'TLS to backends needs mod_ssl: LoadModule ssl_module modules/mod_ssl.so',
  wss: 'TLS to backends needs mod_ssl: LoadModule ssl_module modules/mod_ssl.so',
  h2: 'HTTP/2 to backends needs mod_proxy_http2 and mod_ssl',
  h2c: 'HTTP/2 to backends needs mod_proxy_http2',
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
