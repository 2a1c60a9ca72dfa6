// What the rules decided, for the phase that called them to carry out.

import { absoluteScheme } from './absolute-uri.ts';
import type { AuthorityRefusal } from './authority.ts';
import { escapeAbsoluteUri, escapeUrl, hasControlOrSpace } from './escape.ts';
import type { RewriteRequest } from './host.ts';
import type { Pass } from './pass.ts';
import type { Rule } from './rule.ts';

/** One of these; the rest of the request's state stands in RewriteResult. */
export type RewriteOutcome =
  /** Nothing substituted: the phase goes on with the next translator or fixup. */
  | { readonly kind: 'decline' }
  /** Answer with this status; `code` and `message` go to the error log when there is one. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly code?: string | undefined;
      readonly message?: string | undefined;
      /** A rule decided it, not what came of its result. */
      readonly byRule?: boolean;
      /** See Refusal. */
      readonly isSet?: boolean;
    }
  | { readonly kind: 'redirect'; readonly status: number; readonly location: string }
  /**
   * Fetch `url` (without query) through the proxy. With `refusal` it is not fetched: the proxy's handler answers
   * with that, at the point where it would have connected.
   */
  | {
      readonly kind: 'proxy';
      readonly url: string;
      readonly nocanon: boolean;
      readonly refusal: AuthorityRefusal | undefined;
    }
  /** Server context: `path` replaces the URL-path for the translators that follow. */
  | { readonly kind: 'pass-through'; readonly path: string }
  /** Server context: this is the file; no further translator runs. */
  | { readonly kind: 'file'; readonly path: string; readonly underDocumentRoot: boolean }
  /** Per-directory context: run the request again for this URL-path and query, which are decoded once more there. */
  | { readonly kind: 'internal-redirect'; readonly path: string; readonly query: string | undefined };

/** The outcome and what else the rules left behind. */
export interface RewriteResult {
  readonly outcome: RewriteOutcome;
  /** The request's file name as the rules left it, whatever came of it: Apache's r->filename. */
  readonly filename: string;
  readonly query: string | undefined;
  readonly pathInfo: string;
  /** From [T] and [H]. */
  readonly type: string | undefined;
  readonly handler: string | undefined;
  /** The status a rule with [R] meant, also where a later rule turned its address into a local path. */
  readonly redirectStatus: number | undefined;
  /** A rule with [END] has matched: no rule runs any more for this client request. */
  readonly ended: boolean;
  /** The last rule that substituted. */
  readonly rule: Rule | undefined;
}

/** The result of a request no rule was run for. */
export function declined({ query, pathInfo, ended }: RewriteRequest, filename: string): RewriteResult {
  return {
    outcome: { kind: 'decline' },
    filename,
    query,
    pathInfo,
    type: undefined,
    handler: undefined,
    redirectStatus: undefined,
    ended,
    rule: undefined,
  };
}

/** Puts an outcome together with the state of the pass. */
export function resultOf(pass: Pass, outcome: RewriteOutcome): RewriteResult {
  return {
    outcome,
    filename: finalName(pass, outcome),
    query: pass.query,
    pathInfo: pass.pathInfo,
    type: pass.type,
    handler: pass.handler,
    redirectStatus: pass.redirectStatus,
    ended: pass.ended || pass.request.ended,
    rule: pass.lastRule,
  };
}

function finalName(pass: Pass, outcome: RewriteOutcome): string {
  if (outcome.kind === 'redirect') return outcome.location;
  return outcome.kind === 'decline' ? pass.originalName : markedName(pass);
}

/** The name with what Apache puts before it on its way through the rules. */
function markedName(pass: Pass): string {
  if (pass.passedThrough && pass.directory === undefined) return `passthrough:${pass.filename}`;
  return pass.toProxy ? `proxy:${pass.filename}` : pass.filename;
}

/** What both contexts decide first: a query no header or backend may get, refusals, forced statuses. */
export function commonOutcome(pass: Pass, queryCode: string): RewriteOutcome | undefined {
  const isSettled = pass.refusal !== undefined || pass.forcedStatus !== undefined;
  if (!isSettled && pass.change === 'none') return { kind: 'decline' };
  if (!queryIsSafe(pass, isSettled))
    return {
      kind: 'status',
      status: 403,
      code: queryCode,
      message: 'Rewritten query string contains control characters or spaces',
    };
  if (pass.refusal) return { kind: 'status', ...pass.refusal, byRule: true };
  if (pass.forcedStatus !== undefined) return { kind: 'status', status: pass.forcedStatus, byRule: true };
  return undefined;
}

// A redirect that is going to be escaped may hold anything. Apache asks before it looks at the status.
function queryIsSafe(pass: Pass, isSettled: boolean): boolean {
  if (pass.query === undefined || !hasControlOrSpace(pass.query)) return true;
  const { refusesSpaces = 'unless escaped' } = pass.host.era ?? {};
  if (refusesSpaces !== 'unless escaped') return refusesSpaces === 'never';
  return (
    (isSettled || pass.change === 'normal') &&
    !pass.toProxy &&
    !pass.passedThrough &&
    absoluteScheme(pass.filename) !== undefined
  );
}

/** A result for the proxy. `missingCode` is logged where there is no proxy. */
export function proxyOutcome(pass: Pass, url: string, missingCode: string): RewriteOutcome {
  if (!pass.host.hasProxy)
    return {
      kind: 'status',
      status: 403,
      code: missingCode,
      message: `attempt to make remote request from mod_rewrite without proxy enabled: proxy:${url}`,
    };
  const refusal = pass.authorityRefusal;
  if (refusal?.status === 403) return { kind: 'status', status: 403, message: refusal.message };
  if (pass.traceLevel >= 1) pass.trace('proxy', pass.query === undefined ? url : `${url}?${pass.query}`);
  return { kind: 'proxy', url, nocanon: pass.change === 'noescape', refusal };
}

/** An absolute result: the Location, escaped unless [NE] says otherwise. */
export function redirectOutcome(pass: Pass, url: string): RewriteOutcome {
  const escapes = pass.change === 'normal';
  if (escapes && pass.traceLevel >= 1) pass.trace('escapeUrl', url);
  const target = escapes ? escapeAbsoluteUri(url) : url;
  const location =
    pass.query === undefined ? target : `${target}?${redirectQuery(pass, pass.query, escapes)}`;
  const status = pass.redirectStatus || 302;
  if (pass.traceLevel >= 1) pass.trace('redirect', location, status);
  return { kind: 'redirect', status, location };
}

// The query the client sent is encoded as the client meant it; only a changed one is escaped.
function redirectQuery(pass: Pass, query: string, escapes: boolean): string {
  if (!escapes || query === pass.request.originalQuery) {
    if (pass.traceLevel >= 1) pass.trace('copyQuery', query);
    return query;
  }
  const escaped = escapeUrl(query);
  if (pass.traceLevel >= 1) pass.trace('escapeQuery', query, escaped);
  return escaped;
}
