// What the waiting page says, by the state of the application: for people who know nothing of applications.

import type { AppReport } from '../../request/apps.ts';

export interface PageText {
  readonly title: string;
  /** ASCII, no markup. */
  readonly sentences: readonly string[];
  /** Seconds until the page asks again. */
  readonly refresh: number;
  /** Something is under way, so that it is worth to wait before the screen. */
  readonly isHopeful: boolean;
}

const BY_ITSELF = 'It opens here by itself as soon as it is ready.';

const STARTING: PageText = {
  title: 'Starting up',
  sentences: ['This site was at rest and is being started.', BY_ITSELF],
  refresh: 2,
  isHopeful: true,
};

const RESTARTING: PageText = {
  title: 'Restarting',
  sentences: ['This site is being restarted.', BY_ITSELF],
  refresh: 2,
  isHopeful: true,
};

const FAILED: PageText = {
  title: 'Out of order',
  sentences: [
    'This site could not be started.',
    'Whoever looks after it finds the reason in the log of the server.',
  ],
  refresh: 10,
  isHopeful: false,
};

const SWITCHED_OFF: PageText = {
  title: 'Switched off',
  sentences: ['This site is switched off at the moment.'],
  refresh: 30,
  isHopeful: false,
};

/** A start that follows a failure says so, and when the next one is due. */
function startingAgain(report: AppReport, now: number): PageText {
  const seconds = Math.ceil(((report.nextStartAt ?? now) - now) / 1000);
  const when = seconds > 1 ? `It is started again in ${seconds} seconds.` : 'It is being started again.';
  return {
    title: 'Starting again',
    sentences: ['Something went wrong when this site was started.', when, BY_ITSELF],
    refresh: Math.min(Math.max(seconds, 2), 10),
    isHopeful: true,
  };
}

/** The words for an application in this state; `now` in milliseconds since 1970. */
export function textOf(report: AppReport | undefined, now: number): PageText {
  if (report === undefined) return FAILED;
  switch (report.state) {
    case 'failed':
      return FAILED;
    case 'back-off':
      return startingAgain(report, now);
    case 'restarting':
      return RESTARTING;
    case 'stopped':
    case 'stopping':
      return report.isHeldDown ? SWITCHED_OFF : STARTING;
    default:
      return report.failuresInRow > 0 ? startingAgain(report, now) : STARTING;
  }
}
