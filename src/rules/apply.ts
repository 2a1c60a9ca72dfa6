// What a rule does once its pattern and its conditions have matched.

import type { Waiting } from '../kit/wait.ts';
import { absoluteScheme } from './absolute-uri.ts';
import { changedAuthority } from './authority.ts';
import { rememberTypeAndHandler, setEnvAndCookies } from './effects.ts';
import { expandPieces, expandPiecesNow } from './expand.ts';
import type { Pass } from './pass.ts';
import { splitQuery } from './query.ts';
import type { Rule } from './rule.ts';
import { qualify, reduceToPath } from './self-reduction.ts';
import type { Template } from './template.ts';

/** Applies a rule that matched. A refusal is left in `pass.refusal`. */
export function* applyRule(rule: Rule, pass: Pass): Waiting<void> {
  const { substitution, flags } = rule;
  if (!substitution) {
    yield* setEnvAndCookies(rule, pass);
    yield* rememberTypeAndHandler(rule, pass);
    forceStatus(rule, pass);
    return;
  }
  const pieces = yield* expandPieces(substitution, pass, flags.backrefEscape);
  const result = joinPieces(rule, substitution, pieces, pass);
  if (result === undefined) return;
  yield* setEnvAndCookies(rule, pass);
  if (takeResult(rule, result, pass)) yield* rememberTypeAndHandler(rule, pass);
}

/** The same for a rule with nothing but a substitution or a status, none of which has to wait. */
export function applyRuleNow(rule: Rule, pass: Pass): void {
  const { substitution, flags } = rule;
  if (!substitution) {
    forceStatus(rule, pass);
    return;
  }
  const pieces = expandPiecesNow(substitution, pass, flags.backrefEscape);
  const result = joinPieces(rule, substitution, pieces, pass);
  if (result !== undefined) takeResult(rule, result, pass);
}

/** What a substitution has come to; undefined where it is refused. */
function joinPieces(
  rule: Rule,
  substitution: Template,
  pieces: readonly string[],
  pass: Pass,
): string | undefined {
  const result = pieces.join('');
  if (pass.traceLevel >= 2) pass.trace('rewrite', pass.subject, result);
  if (!bringsQuestionMark(rule, substitution, pieces) || pass.host.era?.refusesQuestionMarks === false)
    return result;
  refuseQuestionMark(pass);
  return undefined;
}

function forceStatus(rule: Rule, pass: Pass): void {
  const status = rule.flags.forcedStatus;
  if (status === undefined) return;
  pass.forcedStatus = status;
  if (pass.traceLevel >= 2) pass.trace('forceStatus', status, pass.filename);
}

// CVE-2024-38474: an encoded ? in the request must not begin a query that the rule's author did not write.
function bringsQuestionMark(rule: Rule, substitution: Template, pieces: readonly string[]): boolean {
  if (rule.flags.unsafeAllow3F || substitution.literal !== undefined) return false;
  const hasMark = (piece: string): boolean => piece.includes('?');
  const at = rule.query.splitAtLast ? pieces.findLastIndex(hasMark) : pieces.findIndex(hasMark);
  return at >= 0 && typeof substitution.segments[at] !== 'string';
}

function refuseQuestionMark(pass: Pass): void {
  pass.refusal = {
    status: 403,
    code: 'AH10508',
    message: 'Unsafe URL with %3f URL rewritten without UnsafeAllow3F',
    isSet: true,
  };
}

/** True when what came out is a path of this server, which [T] and [H] then apply to. */
function takeResult(rule: Rule, result: string, pass: Pass): boolean {
  const prefixed = addPrefix(rule, result, pass);
  if (rule.flags.discardPathInfo) pass.pathInfo = '';
  takeQuery(rule, prefixed, pass);
  if (rule.flags.proxy) {
    proxyResult(rule, result, pass);
    return false;
  }
  if (rule.flags.redirect) {
    pass.filename = qualified(pass);
    pass.redirectStatus = rule.flags.redirectStatus;
    if (pass.traceLevel >= 2) pass.trace('forceRedirect', pass.filename);
    return false;
  }
  reduceOwnUrl(pass);
  if (absoluteScheme(pass.filename)) {
    pass.redirectStatus = rule.flags.redirectStatus;
    if (pass.traceLevel >= 2) pass.trace('impliedRedirect', pass.filename, rule.flags.redirectStatus);
    return false;
  }
  if (prefixed === result) collapseSlashes(rule, pass);
  return true;
}

function addPrefix(rule: Rule, result: string, pass: Pass): string {
  if (result.startsWith('/') || absoluteScheme(result)) return result;
  if (pass.directory !== undefined) {
    if (pass.request.proxied) return result;
    const whole = pass.directory + result;
    if (pass.traceLevel >= 3) pass.trace('addDirectory', result, whole);
    return whole;
  }
  if (rule.flags.proxy || rule.flags.redirect) return result;
  if (pass.traceLevel >= 3) pass.trace('addRoot', result);
  return `/${result}`;
}

function takeQuery(rule: Rule, result: string, pass: Pass): void {
  const { path, query, split } = splitQuery(result, pass.query, rule.query);
  if (pass.traceLevel >= 2) {
    if (rule.query.never) pass.trace('neverQuery');
    else if (rule.query.discard) pass.trace('discardQuery');
  }
  if (split && pass.traceLevel >= 3) pass.trace('splitQuery', result, path, query);
  pass.filename = path;
  pass.query = query;
}

function qualified(pass: Pass): string {
  return absoluteScheme(pass.filename) ? pass.filename : qualify(pass.filename, pass.host.server);
}

function proxyResult(rule: Rule, result: string, pass: Pass): void {
  pass.filename = qualified(pass);
  pass.toProxy = true;
  if (pass.traceLevel >= 2) pass.trace('forceProxy', pass.filename);
  pass.authorityRefusal = rule.authority && changedAuthority(rule.authority, result);
}

function reduceOwnUrl(pass: Pass): void {
  const path = reduceToPath(pass.filename, pass.host.server);
  if (path === undefined) return;
  if (pass.traceLevel >= 3) pass.trace('reduce', pass.filename, path);
  pass.filename = path;
  pass.reduced = true;
}

function collapseSlashes(rule: Rule, pass: Pass): void {
  if (!pass.filename.startsWith('//') || rule.flags.keepSlashes) return;
  if (rule.substitution?.text.startsWith('//')) return;
  pass.filename = pass.filename.replace(/^\/+/, '/');
}
