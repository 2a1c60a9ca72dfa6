// One phase: its hooks in their order, and what their verdicts mean for those behind. Which phase comes when is run.ts.

import type { Soon } from '../kit/wait.ts';
import type { Exchange, Hook } from './exchange.ts';
import { PHASE_RULES, type PhaseName, type PhaseRule } from './phases.ts';
import { DECLINED, OK, type Verdict } from './verdict.ts';

/** Does a verdict of a hook let the hooks behind it run? */
function goesOn(rule: PhaseRule, verdict: Verdict): boolean {
  return verdict === DECLINED || (verdict === OK && rule === 'all');
}

/** Runs the hooks from `at` on. Most answer at once: only where one has to wait, the rest runs behind a promise. */
function runHooks(hooks: readonly Hook[], x: Exchange, rule: PhaseRule, at: number): Soon<Verdict> {
  for (let i = at; i < hooks.length; i++) {
    const verdict = hooks[i]!(x);
    if (typeof verdict !== 'number') return runRest(verdict, hooks, x, rule, i + 1);
    if (!goesOn(rule, verdict)) return verdict;
  }
  return rule === 'first' ? DECLINED : OK;
}

// A function of its own: the closure would cost every phase an allocation, also where nothing waits.
function runRest(
  verdict: Promise<Verdict>,
  hooks: readonly Hook[],
  x: Exchange,
  rule: PhaseRule,
  at: number,
): Promise<Verdict> {
  return verdict.then((later) => (goesOn(rule, later) ? runHooks(hooks, x, rule, at) : later));
}

/** Runs one phase; DECLINED only from a `first` phase in which nobody felt responsible. */
export function runPhase(x: Exchange, phase: PhaseName): Soon<Verdict> {
  return runHooks(x.site.hooks[phase], x, PHASE_RULES[phase], 0);
}
