// What the rules did, step by step, for callers: the engine's events with where the rule stands and in which round it
// ran, and their print in Apache's words.

import { escapeControls } from '../../kit/diagnostic.ts';
import type { Place } from '../../kit/place.ts';
import { printTrace as printEvent, type TraceEvent } from '../../rules/index.ts';

/** A line of one of the texts that were compiled. */
export type RewritePlace = Place;

/** Where and when a step was taken. */
export interface TraceContext {
  /** The rule or condition at work; undefined between rules. */
  readonly place: RewritePlace | undefined;
  /** 1 for the request as it came, one more after each internal redirect. */
  readonly round: number;
  /** Taken for a look-ahead (-U, -F, %{LA-U:…}), not for the request itself. */
  readonly isSubrequest: boolean;
}

/**
 * One step: what happened (`name`), and what is to be told of it (`args`). Strings hold one byte a character. Names and
 * arguments follow Apache's trace lines; `patternResult`, `ruleSkipped` and `ruleApplies` are told besides.
 */
export type TraceStep = TraceEvent & TraceContext;

/** The steps as Apache's log has them (`LogLevel rewrite:trace8`), a line each, with file and line of the rule before it. */
export function printTrace(steps: readonly TraceStep[]): string {
  return steps
    .map((step) => {
      const { place, round, isSubrequest } = step;
      const where = place === undefined ? '' : `${place.file}:${place.line}: `;
      const rid = `[${isSubrequest ? 'subreq' : round === 1 ? 'initial' : `initial/redir#${round - 1}`}]`;
      return `${escapeControls(where)}${rid} ${escapeControls(printEvent(step))}\n`;
    })
    .join('');
}
