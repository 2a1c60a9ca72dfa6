// The run: one exchange through the phases in Apache's order, up to the handler. Reads as the list in phases.ts.
// Owns the order and what verdicts mean; what an answer becomes is answer.ts.

import { andThen, type Soon } from '../kit/wait.ts';
import { mapUrlPath } from '../wire/url-path.ts';
import { isAccessSettled } from './access.ts';
import { coreServer } from './core-config.ts';
import type { Exchange, Hook } from './exchange.ts';
import { ifWalk } from './if-walk.ts';
import { logEvent } from './log.ts';
import { PHASE_RULES, type PhaseName, type PhaseRule } from './phases.ts';
import { DECLINED, OK, type Verdict } from './verdict.ts';
import { locationWalk } from './walk.ts';

/** Does a verdict of a hook let the hooks behind it run? */
function goesOn(rule: PhaseRule, verdict: Verdict): boolean {
  return verdict === DECLINED || (verdict === OK && rule === 'all');
}

/** Runs the hooks from `at` on. Most answer at once: only where one has to wait, the rest runs behind a promise. */
function runHooks(hooks: readonly Hook[], x: Exchange, rule: PhaseRule, at: number): Soon<Verdict> {
  for (let i = at; i < hooks.length; i++) {
    const verdict = hooks[i]!(x);
    if (typeof verdict !== 'number')
      return verdict.then((later) => (goesOn(rule, later) ? runHooks(hooks, x, rule, i + 1) : later));
    if (!goesOn(rule, verdict)) return verdict;
  }
  return rule === 'first' ? DECLINED : OK;
}

/** Runs one phase; DECLINED only from a `first` phase in which nobody felt responsible. */
export function runPhase(x: Exchange, phase: PhaseName): Soon<Verdict> {
  return runHooks(x.site.hooks[phase], x, PHASE_RULES[phase], 0);
}

/** One step on the way to the handler: OK goes on to the next, everything else is the answer. */
type Step = (x: Exchange) => Soon<Verdict>;

function runSteps(steps: readonly Step[], x: Exchange, at: number): Soon<Verdict> {
  for (let i = at; i < steps.length; i++) {
    const verdict = steps[i]!(x);
    if (typeof verdict !== 'number')
      return verdict.then((later) => (later === OK ? runSteps(steps, x, i + 1) : later));
    if (verdict !== OK) return verdict;
  }
  return OK;
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
  if (mapped.status === 400) {
    x.uri = x.rawPath;
    logEvent(x, 'core', 'error', `AH10244: invalid URI path (${x.rawPath})`);
    return 400;
  }
  x.uri = mapped.path;
  return mapped.status ?? OK;
}

function walkLocations(x: Exchange): Soon<Verdict> {
  locationWalk(x);
  return x.dirConfig.ifs.length === 0 ? OK : ifWalk(x);
}

/** A phase as a step: that nobody felt responsible is no answer. */
function phaseStep(phase: PhaseName): Step {
  const settled = (verdict: Verdict): Verdict => (verdict === DECLINED ? OK : verdict);
  return (x) => andThen(runPhase(x, phase), settled);
}

function translate(x: Exchange): Soon<Verdict> {
  if (x.filename !== undefined) return OK;
  return andThen(runPhase(x, 'translateName'), (verdict) => {
    if (verdict !== DECLINED) return verdict;
    logEvent(x, 'core', 'error', `AH00127: Cannot map ${x.requestLine} to file`);
    return 500;
  });
}

/** What knows the path as it came, before it is decoded for good. */
const BEFORE_NAME: readonly Step[] = [walkLocations, phaseStep('preTranslateName')];

const headerParser = phaseStep('headerParser');

/** The fields are those of the main request: what they say is said there. */
function parseHeaders(x: Exchange): Soon<Verdict> {
  return x.isSubrequest() ? OK : headerParser(x);
}

/** Who may come in, and who it is. */
const ACCESS: readonly Step[] = [
  phaseStep('accessChecker'),
  phaseStep('checkUserId'),
  phaseStep('authChecker'),
];

function checkAccess(x: Exchange): Soon<Verdict> {
  return isAccessSettled(x) ? OK : runSteps(ACCESS, x, 0);
}

/** A client that may not come in is told so before anything of the site is looked at. */
const AFTER_NAME: readonly Step[] = [
  phaseStep('mapToStorage'),
  walkLocations,
  parseHeaders,
  checkAccess,
  phaseStep('typeChecker'),
  phaseStep('fixups'),
];

const FROM_NAME: readonly Step[] = [translate, ...AFTER_NAME];

/** Everything after the name is mapped to storage; file subrequests begin here. */
export function finishMapping(x: Exchange): Soon<Verdict> {
  return runSteps(AFTER_NAME, x, 0);
}

/** From the raw target to the end of fixups. OK: the handler may run. */
export function mapRequest(x: Exchange): Soon<Verdict> {
  x.dirConfig = x.server.defaults;
  const named = nameRequest(x);
  // A path that must not be decoded (%2F, %00) may still be wanted as it came: preTranslateName decides.
  if (named !== OK && named !== 404) return named;
  return andThen(runSteps(BEFORE_NAME, x, 0), (verdict) => {
    if (verdict !== OK) return verdict;
    return named !== OK && x.filename === undefined ? named : runSteps(FROM_NAME, x, 0);
  });
}
