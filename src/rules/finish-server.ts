// Server context: runs the rules at URL translation and turns their result into an outcome.

import type { Waiting } from '../kit/wait.ts';
import { when } from '../kit/wait.ts';
import { absoluteScheme } from './absolute-uri.ts';
import { underRoot } from './document-root.ts';
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
import { isFilesystemPath } from './prefix-stat.ts';
import { optionsOf, type RuleSet } from './rule-set.ts';
import { runRules } from './run.ts';
import { originOf } from './self-reduction.ts';

/** Runs a server's rules for a request whose URL is being translated. Env and cookies are set through the host. */
export function* runServerRules(
  set: RuleSet,
  request: RewriteRequest,
  host: RewriteHost,
): Waiting<RewriteResult> {
  if (!set.engine || declines(set, request, host)) return declined(request, request.uri);
  const pass = new Pass(set, request, host);
  setScriptUrl(pass);
  if (pass.traceLevel >= 2) pass.trace('initServer', request.uri);
  const rest = runRules(pass);
  if (rest !== undefined) yield* rest;
  return resultOf(pass, finish(pass) ?? (yield* localOutcome(pass)));
}

function declines(set: RuleSet, request: RewriteRequest, host: RewriteHost): boolean {
  const isPath = request.uri.startsWith('/') || optionsOf(set).has('AllowAnyURI');
  if (isPath && !request.ended) return false;
  if (host.traceLevel >= 8) {
    const where = { directory: undefined, place: undefined };
    if (request.ended) host.trace({ name: 'declineEnded', args: [], ...where });
    else host.trace({ name: 'declineNotPath', args: [request.uri], ...where });
  }
  return true;
}

function setScriptUrl(pass: Pass): void {
  const { isSubrequest, scriptUrl, uri } = pass.request;
  const url = scriptUrl ?? (isSubrequest ? '' : uri);
  pass.host.setEnv('SCRIPT_URL', url);
  pass.host.setEnv('SCRIPT_URI', originOf(pass.host.server) + url);
}

/** What the rules decided; undefined for a path of this server. */
function finish(pass: Pass): RewriteOutcome | undefined {
  pass.place = pass.lastRule?.place;
  const common = commonOutcome(pass, 'AH10410');
  if (common) {
    if (common.kind === 'decline' && pass.traceLevel >= 1) pass.trace('passThrough', pass.filename);
    return common;
  }
  if (pass.passedThrough) return passOn(pass);
  if (pass.toProxy) return proxyOutcome(pass, pass.filename + pass.pathInfo, 'AH00669');
  if (absoluteScheme(pass.filename)) return redirectOutcome(pass, pass.filename);
  return undefined;
}

function passOn(pass: Pass): RewriteOutcome {
  if (!pass.filename.startsWith('/') && !optionsOf(pass.set).has('AllowAnyURI')) return invalidUri(pass);
  return { kind: 'pass-through', path: pass.filename };
}

function invalidUri(pass: Pass): RewriteOutcome {
  const uri = pass.toProxy ? `proxy:${pass.filename}` : pass.filename;
  const line = pass.host.variable('THE_REQUEST');
  return {
    kind: 'status',
    status: 400,
    code: 'AH00126',
    message: `Invalid URI in request '${uri}' '${line}'`,
  };
}

function* localOutcome(pass: Pass): Waiting<RewriteOutcome> {
  const path = yield* expandHome(pass);
  if (pass.traceLevel >= 2) pass.trace('localPath', path);
  if (!path.startsWith('/')) return { kind: 'status', status: 400 };
  const isFile = yield* isFilesystemPath(path, pass);
  const file = isFile ? path : mapUnderRoot(path, pass);
  if (file === undefined) return outsideRoot(path, pass);
  if (pass.traceLevel >= 1) pass.trace('goAhead', file);
  // The access rules of the folder it really lies in are to apply, whatever dots an expansion brought.
  return { kind: 'file', path: underRoot('/', file) ?? '/', underDocumentRoot: !isFile };
}

// `/~name` becomes the home folder of a user the system knows.
function* expandHome(pass: Pass): Waiting<string> {
  const name = /^\/~([^/]+)/.exec(pass.filename)?.[1];
  const home = name === undefined ? undefined : yield* when(pass.host.userHome(name));
  return home === undefined ? pass.filename : home + pass.filename.slice(2 + name!.length);
}

function mapUnderRoot(path: string, pass: Pass): string | undefined {
  const file = underRoot(pass.host.documentRoot, path);
  if (file !== undefined && pass.traceLevel >= 2) pass.trace('underDocumentRoot', file);
  return file;
}

function outsideRoot(path: string, pass: Pass): RewriteOutcome {
  if (pass.traceLevel >= 1) pass.trace('documentRootFailed', path);
  const line = pass.host.variable('THE_REQUEST');
  return { kind: 'status', status: 403, code: 'AH00127', message: `Cannot map ${line} to file` };
}
