// Per-directory context: runs the rules of <Directory>, <Location>, .htaccess … at fixup time and turns their
// result into an outcome. A local result is a URL again: the request starts over with it.

import type { Waiting } from '../kit/wait.ts';
import { absoluteScheme, pathStart } from './absolute-uri.ts';
import type { RewriteHost, RewriteRequest } from './host.ts';
import {
  commonOutcome,
  declined,
  proxyOutcome,
  type RewriteOutcome,
  type RewriteResult,
  redirectOutcome,
  resultOf,
} from './outcome.ts';
import { Pass } from './pass.ts';
import { optionsOf, type RuleSet } from './rule-set.ts';
import { runRules } from './run.ts';

/** What the fixup phase knows besides the request. */
export interface DirectoryContext {
  /** FollowSymLinks or SymLinksIfOwnerMatch is in Options: without one of them rules are forbidden. */
  readonly mayFollowLinks: boolean;
  /** The maps of the server's own rule set. */
  readonly maps: RuleSet['maps'];
}

/** Runs the rules of the request's merged sections. Env and cookies are set through the host. */
export function* runDirectoryRules(
  set: RuleSet,
  request: RewriteRequest,
  host: RewriteHost,
  context: DirectoryContext,
): Waiting<RewriteResult> {
  const { directory } = set;
  const nothing = declined(request, request.filename);
  if (!set.engine || directory === undefined) return nothing;
  const pass = new Pass(set, request, host, { directory, maps: context.maps });
  if (request.ended) {
    if (pass.traceLevel >= 8) pass.trace('declineEnded');
    return nothing;
  }
  if (isFolderWithoutSlash(set, request, directory)) return nothing;
  if (!context.mayFollowLinks) return { ...nothing, outcome: linksForbidden(request) };
  const rest = runRules(pass);
  if (rest !== undefined) yield* rest;
  return resultOf(pass, finish(pass, directory));
}

// mod_dir answers `/folder` with a redirect to `/folder/`; rules would only see the wrong path.
function isFolderWithoutSlash(set: RuleSet, request: RewriteRequest, directory: string): boolean {
  if (request.proxied || optionsOf(set).has('AllowNoSlash')) return false;
  return request.filename.length === directory.length - 1 && directory.startsWith(request.filename);
}

function linksForbidden(request: RewriteRequest): RewriteOutcome {
  return {
    kind: 'status',
    status: 403,
    code: 'AH00670',
    message: `Options FollowSymLinks and SymLinksIfOwnerMatch are both off, so the RewriteRule directive is also forbidden due to its similar ability to circumvent directory restrictions : ${request.filename}`,
  };
}

function finish(pass: Pass, directory: string): RewriteOutcome {
  pass.place = pass.lastRule?.place;
  const common = commonOutcome(pass, 'AH10411');
  if (common) {
    if (common.kind === 'decline' && pass.traceLevel >= 1) pass.trace('passThrough', pass.request.filename);
    return common;
  }
  // Apache: [PT] hides a URL from what follows, so that it is taken for a path, and refused.
  if (pass.passedThrough) return localOutcome(pass, directory);
  const proxied = proxyUrl(pass);
  if (proxied !== undefined) return proxyOutcome(pass, proxied, 'AH10160');
  const scheme = absoluteScheme(pass.filename);
  if (scheme) return redirectOutcome(pass, withBase(pass, directory, pathStart(pass.filename, scheme)));
  return localOutcome(pass, directory);
}

// The rules of a request ProxyPass has taken see and may rewrite its `proxy:` URL.
function proxyUrl(pass: Pass): string | undefined {
  if (pass.toProxy) return pass.filename;
  if (pass.request.proxied && pass.filename.startsWith('proxy:')) return pass.filename.slice('proxy:'.length);
  return undefined;
}

function withBase(pass: Pass, directory: string, slash: number): string {
  const { base } = pass.set;
  if (base === undefined || slash < 0) return pass.filename;
  if (pass.traceLevel >= 2) pass.trace('replacePrefix', directory, base);
  const path = pass.filename.slice(slash + 1);
  const replaced = replacePrefix(path, withoutSlash(directory), withoutSlash(base), pass);
  return pass.filename.slice(0, slash + 1) + replaced;
}

function withoutSlash(path: string): string {
  return path.startsWith('/') ? path.slice(1) : path;
}

function localOutcome(pass: Pass, directory: string): RewriteOutcome {
  if (!pass.filename.startsWith('/')) return { kind: 'status', status: 400 };
  if (pass.filename === pass.request.filename) {
    if (pass.traceLevel >= 1) pass.trace('ignored', pass.filename);
    return { kind: 'decline' };
  }
  const path = toUrl(pass, directory);
  if (pass.traceLevel >= 1) pass.trace('internalRedirect', path);
  return { kind: 'internal-redirect', path, query: pass.query };
}

function toUrl(pass: Pass, directory: string): string {
  const { base } = pass.set;
  const first = base === undefined ? stripRoot(pass) : throughBase(pass, directory, base);
  if (first !== pass.filename || optionsOf(pass.set).has('IgnoreContextInfo')) return first;
  const { contextPrefix, contextDocumentRoot } = pass.host;
  if (pass.traceLevel >= 2) pass.trace('replaceContext', contextDocumentRoot, contextPrefix);
  return replacePrefix(first, contextDocumentRoot, contextPrefix, pass);
}

function throughBase(pass: Pass, directory: string, base: string): string {
  if (pass.traceLevel >= 2) pass.trace('replacePrefix', directory, base);
  return replacePrefix(pass.filename, directory, base, pass);
}

function stripRoot(pass: Pass): string {
  const root = pass.host.documentRoot.replace(/\/$/, '');
  if (!pass.filename.startsWith(`${root}/`)) return pass.filename;
  const url = pass.filename.slice(root.length);
  if (pass.traceLevel >= 2) pass.trace('stripDocumentRoot', pass.filename, url);
  return url;
}

// Apache: the slash behind the prefix goes with it and comes back only with a substitute that is not empty.
function replacePrefix(path: string, match: string, substitute: string, pass: Pass): string {
  const prefix = match.endsWith('/') ? match : `${match}/`;
  if (!path.startsWith(prefix)) return path;
  const rest = path.slice(prefix.length);
  if (pass.traceLevel >= 5) pass.trace('stripMatch', path, rest);
  const whole = substitute === '' || substitute.endsWith('/') ? substitute + rest : `${substitute}/${rest}`;
  if (pass.traceLevel >= 4) pass.trace('addSubstitute', rest, whole);
  return whole;
}
