// The run: one exchange through the phases in Apache's order, up to the handler. Reads as the list in phases.ts.
// Owns the order and what verdicts mean; what an answer becomes is answer.ts.

import { andThen, goOn, type Soon } from '../kit/wait.ts';
import { mapUrlPath } from '../wire/url-path.ts';
import { checkAccess } from './access.ts';
import { coreServer } from './core-config.ts';
import type { Exchange } from './exchange.ts';
import { ifWalk } from './if-walk.ts';
import { logEvent } from './log.ts';
import type { PhaseName } from './phases.ts';
import { runPhase } from './run-phase.ts';
import { DECLINED, OK, type Verdict } from './verdict.ts';
import { locationWalk } from './walk.ts';

/** One step on the way to the handler: OK goes on to the next, everything else is the answer. */
type Step = (x: Exchange) => Soon<Verdict>;

function runSteps(steps: readonly Step[], x: Exchange, at: number): Soon<Verdict> {
  for (let i = at; i < steps.length; i++) {
    const verdict = steps[i]!(x);
    if (typeof verdict !== 'number') return runRest(verdict, steps, x, i + 1);
    if (verdict !== OK) return verdict;
  }
  return OK;
}

function runRest(
  verdict: Promise<Verdict>,
  steps: readonly Step[],
  x: Exchange,
  at: number,
): Promise<Verdict> {
  return verdict.then((later) => (later === OK ? runSteps(steps, x, at) : later));
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
  return (x) => andThen(runPhase(x, phase), orOk);
}

function orOk(verdict: Verdict): Verdict {
  return verdict === DECLINED ? OK : verdict;
}

function translate(x: Exchange): Soon<Verdict> {
  if (x.filename !== undefined) return OK;
  const verdict = runPhase(x, 'translateName');
  return typeof verdict === 'number' ? requireName(x, verdict) : goOn(verdict, requireName, x);
}

function requireName(x: Exchange, verdict: Verdict): Verdict {
  if (verdict !== DECLINED) return verdict;
  logEvent(x, 'core', 'error', `AH00127: Cannot map ${x.requestLine} to file`);
  return 500;
}

/** What knows the path as it came, before it is decoded for good. */
const BEFORE_NAME: readonly Step[] = [walkLocations, phaseStep('preTranslateName')];

const headerParser = phaseStep('headerParser');

/** The fields are those of the main request: what they say is said there. */
function parseHeaders(x: Exchange): Soon<Verdict> {
  return x.isSubrequest() ? OK : headerParser(x);
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
  const verdict = runSteps(BEFORE_NAME, x, 0);
  const next = named === OK ? mapNamed : mapUnnamed;
  return typeof verdict === 'number' ? next(x, verdict) : goOn(verdict, next, x);
}

function mapNamed(x: Exchange, verdict: Verdict): Soon<Verdict> {
  return verdict === OK ? runSteps(FROM_NAME, x, 0) : verdict;
}

function mapUnnamed(x: Exchange, verdict: Verdict): Soon<Verdict> {
  return verdict === OK && x.filename === undefined ? 404 : mapNamed(x, verdict);
}
