// The run: one exchange through the phases in Apache's order, up to the handler. Reads as the list in phases.ts.
// Owns the order and what verdicts mean; what an answer becomes is answer.ts.

import { mapUrlPath } from '../wire/url-path.ts';
import { coreServer } from './core-config.ts';
import type { Exchange, Hook } from './exchange.ts';
import { ifWalk } from './if-walk.ts';
import { logEvent } from './log.ts';
import { PHASES, type PhaseName } from './phases.ts';
import { DECLINED, OK, type Verdict } from './verdict.ts';
import { locationWalk } from './walk.ts';

/** `all`: every hook runs until one answers neither OK nor DECLINED. */
async function runAll(hooks: readonly Hook[], x: Exchange): Promise<Verdict> {
  for (let i = 0; i < hooks.length; i++) {
    const answer = hooks[i]!(x);
    // A promise is waited for only where there is one: most hooks answer at once.
    const verdict = typeof answer === 'number' ? answer : await answer;
    if (verdict !== OK && verdict !== DECLINED) return verdict;
  }
  return OK;
}

/** `first`: the first hook that does not decline settles the phase. */
async function runFirst(hooks: readonly Hook[], x: Exchange): Promise<Verdict> {
  for (let i = 0; i < hooks.length; i++) {
    const answer = hooks[i]!(x);
    const verdict = typeof answer === 'number' ? answer : await answer;
    if (verdict !== DECLINED) return verdict;
  }
  return DECLINED;
}

const FIRST: ReadonlySet<PhaseName> = new Set(
  PHASES.filter(({ rule }) => rule === 'first').map(({ name }) => name),
);

/** Runs one phase; DECLINED only from a `first` phase in which nobody felt responsible. */
export async function runPhase(x: Exchange, phase: PhaseName): Promise<Verdict> {
  const hooks = x.site.hooks[phase];
  if (hooks.length === 0) return FIRST.has(phase) ? DECLINED : OK;
  return FIRST.has(phase) ? runFirst(hooks, x) : runAll(hooks, x);
}

/** Sets `uri` from the raw path: escapes decoded, dots and doubled slashes resolved. */
function nameRequest(x: Exchange): Verdict {
  if (x.rawPath === '*') {
    x.uri = '*';
    return OK;
  }
  const core = coreServer(x.server);
  const mapped = mapUrlPath(x.rawPath, {
    mergeSlashes: core.mergeSlashes ?? true,
    encodedSlashes: core.allowEncodedSlashes ?? 'off',
  });
  if ('path' in mapped) {
    x.uri = mapped.path;
    return OK;
  }
  x.uri = x.rawPath;
  if (mapped.status === 400) logEvent(x, 'core', 'error', `AH10244: invalid URI path (${x.rawPath})`);
  return mapped.status;
}

async function walkLocations(x: Exchange): Promise<Verdict> {
  locationWalk(x);
  return x.dirConfig.ifs.length === 0 ? OK : ifWalk(x);
}

/** Access control: a client that may not come in is told so before anything of the site is looked at. */
async function checkAccess(x: Exchange): Promise<Verdict> {
  const access = await runPhase(x, 'accessChecker');
  if (access !== OK) return access;
  const user = await runPhase(x, 'checkUserId');
  if (user !== OK && user !== DECLINED) return user;
  const auth = await runPhase(x, 'authChecker');
  return auth === DECLINED ? OK : auth;
}

/** Everything after the name is mapped to storage; file subrequests begin here. */
export async function finishMapping(x: Exchange): Promise<Verdict> {
  let verdict = await runPhase(x, 'mapToStorage');
  if (verdict !== OK && verdict !== DECLINED) return verdict;
  verdict = await walkLocations(x);
  if (verdict !== OK) return verdict;
  verdict = await runPhase(x, 'headerParser');
  if (verdict !== OK) return verdict;
  verdict = await checkAccess(x);
  if (verdict !== OK) return verdict;
  verdict = await runPhase(x, 'typeChecker');
  if (verdict !== OK && verdict !== DECLINED) return verdict;
  return runPhase(x, 'fixups');
}

/** From the raw target to the end of fixups. OK: the handler may run. */
export async function mapRequest(x: Exchange): Promise<Verdict> {
  x.dirConfig = x.server.defaults;
  const named = nameRequest(x);
  // A path that must not be decoded (%2F, %00) may still be wanted as it came: preTranslateName decides.
  if (named !== OK && named !== 404) return named;
  let verdict = await walkLocations(x);
  if (verdict !== OK) return verdict;
  if (x.site.hooks.preTranslateName.length > 0) {
    verdict = await runPhase(x, 'preTranslateName');
    if (verdict !== OK && verdict !== DECLINED) return verdict;
  }
  if (named !== OK && x.filename === undefined) return named;
  if (x.filename === undefined) {
    verdict = await runPhase(x, 'translateName');
    if (verdict === DECLINED) {
      logEvent(x, 'core', 'error', `AH00127: Cannot map ${x.requestLine} to file`);
      return 500;
    }
    if (verdict !== OK) return verdict;
  }
  return finishMapping(x);
}
