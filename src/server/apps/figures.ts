// What an application is told to look like from outside: its state in one word, and its report.

import type { AppReport, AppState } from '../../request/apps.ts';
import { CALM_MS } from './back-off.ts';
import type { Failures } from './failures.ts';
import type { OutputTail } from './output.ts';
import type { Roster } from './roster.ts';

/** What is taken for the time of a start that has not been measured. */
const UNKNOWN_START_MS = 1000;

/** Sums since the application is known. */
export class Figures {
  requests = 0;
  starts = 0;
  restarts = 0;
  /** Milliseconds. */
  lastStartTook: number = UNKNOWN_START_MS;
  /** Since when it is in its state, in milliseconds since 1970. */
  since: number;
  state: AppState = 'stopped';

  constructor(now: number) {
    this.since = now;
  }

  note(state: AppState, now: number): void {
    if (state === this.state) return;
    this.state = state;
    this.since = now;
  }
}

/** A process has been ready for so long that earlier failures do not count any more. */
export function isCalm({ ready }: Roster): boolean {
  return ready.some(({ readyFor }) => readyFor >= CALM_MS);
}

export function stateOf(roster: Roster, failures: Failures, isWanted: boolean): AppState {
  const now = performance.now();
  if (roster.ready.length > 0) return roster.replaced().length > 0 ? 'restarting' : 'ready';
  if (roster.all.some(({ state }) => state === 'starting' || state === 'doubted')) return 'starting';
  if (failures.isGivenUp(now)) return 'failed';
  if (!failures.mayStart(now)) return 'back-off';
  if (roster.all.length > 0) return isWanted ? 'restarting' : 'stopping';
  return isWanted ? 'starting' : 'stopped';
}

export interface ReportSources {
  readonly name: string;
  readonly isHeldDown: boolean;
  readonly waiting: number;
  readonly figures: Figures;
  readonly roster: Roster;
  readonly failures: Failures;
  readonly tail: OutputTail;
  /** Bytes of each process, in the order of the roster. */
  readonly memory: readonly (number | undefined)[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function drawReport(sources: ReportSources): AppReport {
  const { name, isHeldDown, waiting, figures, roster, failures, tail, memory, now } = sources;
  const { requests, starts, restarts, state, since } = figures;
  const last = isCalm(roster) ? undefined : failures.last;
  return {
    name,
    state,
    since,
    isHeldDown,
    failure: last === undefined ? undefined : { why: last.why, at: last.at },
    failuresInRow: isCalm(roster) ? 0 : failures.inRow,
    nextStartAt: state === 'back-off' ? now + failures.pause(performance.now()) : undefined,
    output: last === undefined ? tail.lines() : last.output,
    requests,
    busy: roster.all.reduce((sum, { busy }) => sum + busy, 0),
    waiting,
    starts,
    restarts,
    instances: roster.all.map((member, at) => member.report(memory[at])),
  };
}
