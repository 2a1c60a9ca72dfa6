// mod_rewrite: the rule engine (src/rules) bound to the phases. Server rules run when the URL is translated,
// rules of sections and .htaccess as the first of the fixups. Decides nothing itself: it carries outcomes out.

import { settle } from '../../kit/wait.ts';
import { internalRedirect, KEEPS_VARY } from '../../request/answer.ts';
import { optionsOf as directoryOptions, OPT } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import {
  type AuthorityRefusal,
  type RewriteOutcome,
  type RewriteRequest,
  type RewriteResult,
  type RuleSet,
  runDirectoryRules,
  runServerRules,
} from '../../rules/index.ts';
import { directives } from './directives.ts';
import { ExchangeRewriteHost, wantedLevelOf } from './host.ts';
import { closeMaps, type LiveMap, openMaps } from './live-map.ts';
import { mergeScopes, mergeServers, RewriteScope } from './scope.ts';

/** Exchanges in which [END] has matched. Not their state: what an index brings along does not end its directory's rules. */
const ended: WeakSet<Exchange> = new WeakSet();

/** Notes with what [T] and [H] ask for. */
const FORCED_TYPE = 'rewrite-forced-mimetype';
const FORCED_HANDLER = 'rewrite-forced-handler';

/** The handler that carries a per-directory rewrite out; mod_dir and others step aside for it, as in Apache. */
const REDIRECT_HANDLER = 'redirect-handler';

/** What stands before the URL in the file name of such a request. */
const REDIRECT_NAME = 'redirect:';

/** Why the handler is not to fetch what a [P] rule asks for; the state that rules leave behind. */
function refusalOf(x: Exchange): AuthorityRefusal | undefined {
  return x.stateOf(rewrite.slot) as AuthorityRefusal | undefined;
}

/** [END] ends rewriting for the whole client request: internal redirects included, subrequests not. */
function hasEnded(x: Exchange): boolean {
  for (let at: Exchange | undefined = x; at !== undefined; at = at.prev) if (ended.has(at)) return true;
  return false;
}

function requestFacts(x: Exchange, filename: string): RewriteRequest {
  return {
    uri: x.uri,
    filename,
    pathInfo: x.pathInfo,
    query: x.args,
    originalQuery: x.args,
    isSubrequest: x.isSubrequest(),
    parentUri: x.main?.uri,
    ended: hasEnded(x),
    proxied: x.proxied,
    scriptUrl: scriptUrl(x),
  };
}

function scriptUrl(x: Exchange): string | undefined {
  if (x.main !== undefined) return x.main.hasEnv() ? x.main.env.get('SCRIPT_URL') : undefined;
  return x.prev === undefined ? undefined : x.env.get('REDIRECT_SCRIPT_URL');
}

/** Keeps what later phases need. Nothing is kept of rules that left nothing. */
function remember(x: Exchange, result: RewriteResult): void {
  const { type, handler } = result;
  if (result.ended) ended.add(x);
  if (type !== undefined) x.notes.set(FORCED_TYPE, type);
  if (handler !== undefined) x.notes.set(FORCED_HANDLER, handler);
}

function carryOut(x: Exchange, result: RewriteResult): Verdict {
  remember(x, result);
  // Also of a request that is refused or left to others: look-aheads and PATH_TRANSLATED see it.
  x.filename = result.filename;
  const { outcome } = result;
  if (outcome.kind !== 'redirect' && outcome.kind !== 'status') {
    x.args = result.query;
    x.pathInfo = result.pathInfo;
    // Apache sends a status it has no words for as 500.
    if (result.redirectStatus !== undefined) x.status = result.redirectStatus || 500;
  }
  switch (outcome.kind) {
    case 'decline':
      return DECLINED;
    case 'status':
      logStatus(x, outcome);
      if (outcome.isSet === true) x.status = outcome.status;
      else if (outcome.byRule === true) forgetError(x);
      return outcome.status;
    case 'redirect':
      // Apache: a word that is no status leaves the error that the request stands for.
      if (result.redirectStatus !== 0) forgetError(x);
      x.headersOut.set('Location', outcome.location);
      return outcome.status;
    case 'proxy':
      return toProxy(x, outcome);
    case 'pass-through':
      x.uri = outcome.path;
      return DECLINED;
    case 'file':
      x.filename = outcome.path;
      return OK;
    case 'internal-redirect':
      x.handler = REDIRECT_HANDLER;
      // What the request was mapped to is no file any more; look-aheads and -F see Apache's name for it.
      x.filename = REDIRECT_NAME + outcome.path;
      x.notes.set(KEEPS_VARY, '');
      return OK;
  }
}

/** The answer that a rule gives is no second error, also where it takes the place of an ErrorDocument. */
function forgetError(x: Exchange): void {
  x.status = 200;
  x.errorStatus = 0;
}

/** Apache's numbers for a [P] rule where there is no proxy. */
const NO_PROXY: ReadonlySet<string | undefined> = new Set(['AH00669', 'AH10160']);

function logStatus(x: Exchange, { code, message }: Extract<RewriteOutcome, { kind: 'status' }>): void {
  if (message === undefined) return;
  const text = code === undefined ? message : `${code}: ${message}`;
  const hint = NO_PROXY.has(code)
    ? ' (the [P] flag needs LoadModule proxy_module and LoadModule proxy_http_module)'
    : '';
  logEvent(x, 'rewrite', 'error', text + hint);
}

function toProxy(x: Exchange, outcome: Extract<RewriteOutcome, { kind: 'proxy' }>): Verdict {
  x.filename = `proxy:${outcome.url}`;
  x.proxied = true;
  x.handler = 'proxy-server';
  if (outcome.nocanon) x.notes.set('proxy-nocanon', '1');
  if (outcome.refusal !== undefined) {
    const { code, message } = outcome.refusal;
    logEvent(x, 'rewrite', 'error', code === undefined ? message : `${code}: ${message}`);
    x.keepState(rewrite.slot, outcome.refusal);
  }
  return OK;
}

/** Apache's answer for a target that it would not have connected to. */
function refuse(x: Exchange, refusal: AuthorityRefusal): Verdict {
  if (refusal.reason !== undefined) {
    const why = `The proxy server could not handle the request<p>Reason: <strong>${refusal.reason}</strong></p>`;
    x.reason = 'Proxy Error';
    x.notes.set('error-notes', why);
    x.notes.set('verbose-error-to', '*');
  }
  return refusal.status;
}

/** Which rules are at hand, and whether they run. */
function tellRules(x: Exchange, { directory, base, rules }: RuleSet, engine: boolean | undefined): void {
  x.site.rehearsal?.note(x, {
    kind: 'rules',
    directory,
    base,
    count: rules.length,
    engine: engine === true,
  });
}

function translate(x: Exchange): Verdict | Promise<Verdict> {
  const { set, hasLines } = rewrite.server(x);
  if (!hasLines) return DECLINED;
  // A <Location> or <If> may switch the server's rules on and off.
  const engine = rewrite.dir(x)?.set.engine ?? set.engine;
  tellRules(x, set, engine);
  if (engine !== true) return DECLINED;
  const host = new ExchangeRewriteHost(x, wantedLevelOf(x));
  const inForce = set.engine === true ? set : { ...set, engine: true };
  const result = settle(runServerRules(inForce, requestFacts(x, x.uri), host));
  return result instanceof Promise ? result.then((later) => carryOut(x, later)) : carryOut(x, result);
}

function fixup(x: Exchange): Verdict | Promise<Verdict> {
  const set = rewrite.dir(x)?.set;
  if (set?.directory !== undefined) tellRules(x, set, set.engine);
  if (set?.engine !== true || set.directory === undefined || x.filename === undefined) return DECLINED;
  const host = new ExchangeRewriteHost(x, wantedLevelOf(x));
  const mayFollowLinks = (directoryOptions(x.dirConfig) & (OPT.symLinks | OPT.symLinksIfOwner)) !== 0;
  const context = { mayFollowLinks, maps: rewrite.server(x).set.maps };
  const result = settle(runDirectoryRules(set, requestFacts(x, x.filename), host, context));
  return result instanceof Promise ? result.then((later) => carryOut(x, later)) : carryOut(x, result);
}

/** [T] and [H] have the last word on type and handler, also where a rule of the folder leads elsewhere. */
function force(x: Exchange): Verdict {
  const type = x.note(FORCED_TYPE);
  const handler = x.note(FORCED_HANDLER);
  if (type === undefined && handler === undefined) return DECLINED;
  const level = wantedLevelOf(x);
  const host = level >= 1 ? new ExchangeRewriteHost(x, level) : undefined;
  const at = { directory: undefined, place: undefined };
  if (type) {
    x.contentType = type;
    host?.trace({ name: 'forceType', args: [x.filename ?? '', type], ...at });
  }
  if (handler) {
    x.handler = handler;
    host?.trace({ name: 'forceHandler', args: [x.filename ?? '', handler], ...at });
  }
  return DECLINED;
}

function handle(x: Exchange): Verdict | Promise<Verdict> {
  const refusal = refusalOf(x);
  if (refusal !== undefined) return refuse(x, refusal);
  if (x.handler !== REDIRECT_HANDLER || x.filename?.startsWith(REDIRECT_NAME) !== true) return DECLINED;
  const path = x.filename.slice(REDIRECT_NAME.length);
  return internalRedirect(x, x.args === undefined ? path : `${path}?${x.args}`);
}

export const rewrite: Module<RewriteScope, RewriteScope> = defineModule<RewriteScope, RewriteScope>({
  name: 'rewrite',
  directives,
  serverConfig: { create: () => new RewriteScope(), merge: mergeServers },
  dirConfig: { create: () => new RewriteScope(), merge: mergeScopes },
  hooks: {
    translateName: { first: translate },
    // [T] and [H] have the last word, also over what mod_dir put in the request's place.
    fixups: { first: fixup, reallyLast: force },
    handler: { first: handle },
  },
  open: (site) => openMaps(site, (server) => rewrite.serverOf(server).set),
  close: (_site, state) => closeMaps(state as readonly LiveMap[]),
});
