// Who may come in, and who it is: the access phases, and what their verdicts mean together (Satisfy). Access control is
// not asked again where the same configuration applies to what let the exchange before this one in, or sent it to its
// error document: a page for 403 may lie in the folder that is closed.

import { andThen, goOn, type Soon } from '../kit/wait.ts';
import type { Exchange } from './exchange.ts';
import { logEvent } from './log.ts';
import type { PhaseName } from './phases.ts';
import { runPhase } from './run-phase.ts';
import { DECLINED, OK, type Verdict } from './verdict.ts';

/** OK: the client may have what it asks for. Else the answer it gets. */
export function checkAccess(x: Exchange): Soon<Verdict> {
  if (isAccessSettled(x)) return OK;
  const access = runPhase(x, 'accessChecker');
  return typeof access === 'number' ? checkStranger(x, access) : goOn(access, checkStranger, x);
}

/** `access` is the word of those who look only at where a client comes from. */
function checkStranger(x: Exchange, access: Verdict): Soon<Verdict> {
  const isEnough = x.site.satisfiesAny(x);
  if (isEnough ? access === OK : access !== OK) return access;
  // Apache: under Satisfy Any a refusal is forgotten, and the word of Require counts alone.
  const verdict = runPhase(x, 'accessCheckerEx');
  return typeof verdict === 'number' ? askForUser(x, verdict) : goOn(verdict, askForUser, x);
}

function askForUser(x: Exchange, verdict: Verdict): Soon<Verdict> {
  if (verdict !== DECLINED) return verdict;
  // A site without mod_authz_core has nobody who could have asked for a user.
  return x.site.hooks.accessCheckerEx.length === 0 ? OK : checkUser(x);
}

function checkUser(x: Exchange): Soon<Verdict> {
  return andThen(settledPhase(x, 'checkUserId', 'check user'), (known) => {
    if (known !== OK) return known;
    if (x.user !== undefined) return settledPhase(x, 'authChecker', 'check authorization');
    logEvent(
      x,
      'core',
      'error',
      `${x.site.satisfiesAny(x) ? 'AH00028' : 'AH00027'}: No authentication done but request not allowed without authentication for ${x.uri}. Authentication not configured?`,
    );
    return 500;
  });
}

/** A phase that somebody has to answer. */
function settledPhase(x: Exchange, phase: PhaseName, task: string): Soon<Verdict> {
  return andThen(runPhase(x, phase), (verdict) => {
    if (verdict !== DECLINED) return verdict;
    logEvent(x, 'core', 'crit', `AH00025: configuration error:  couldn't ${task}: ${x.uri}`);
    return 500;
  });
}

/** True where the exchange before this one has settled access for it, too: its user is then this one's. */
function isAccessSettled(x: Exchange): boolean {
  const before = settledBy(x);
  if (before === undefined) return false;
  x.user = before.user;
  x.authType = before.authType;
  return true;
}

function settledBy(x: Exchange): Exchange | undefined {
  const { prev, main } = x;
  if (prev !== undefined && isSettledBy(x, prev)) return prev;
  return main !== undefined && isSettledBy(x, main) ? main : undefined;
}

/**
 * mod_allowmethods looks at more than the configuration: with it, Apache takes the configuration for the same only
 * where the very walk of the exchange before was used again and nothing else was merged.
 */
function isSettledBy(x: Exchange, before: Exchange): boolean {
  if (before.dirConfig !== x.dirConfig) return false;
  if (!x.site.conf.hasModule('allowmethods_module') || x.dirConfig === x.server.defaults) return true;
  return x.walked?.config === x.dirConfig && repeatsWalk(x, before);
}

function repeatsWalk({ file, filename, pathInfo, walked }: Exchange, before: Exchange): boolean {
  if (file?.kind === 'file') return walked?.directory === before.walked?.directory && pathInfo === '';
  if (file?.kind !== 'directory' || pathInfo !== '') return false;
  return before.walked?.directory === (filename?.endsWith('/') ? filename : `${filename}/`);
}
