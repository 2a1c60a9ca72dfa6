// Those who gave a command and want to know what came of it.

import type { AppOutcome } from '../../request/apps.ts';

export type Awaited = 'first ready' | 'all ready' | 'down';

interface Watcher {
  readonly awaits: Awaited;
  readonly settle: (outcome: AppOutcome) => void;
}

export class Watchers {
  #watchers: readonly Watcher[] = [];

  add(awaits: Awaited): Promise<AppOutcome> {
    return new Promise((settle) => {
      this.#watchers = [...this.#watchers, { awaits, settle }];
    });
  }

  tell(isReached: (awaits: Awaited) => boolean): void {
    this.#settle(({ awaits }) => isReached(awaits), { isDone: true });
  }

  /** What was to become ready does not. */
  fail(why: string): void {
    this.#settle(({ awaits }) => awaits !== 'down', { isDone: false, why });
  }

  #settle(isOver: (watcher: Watcher) => boolean, outcome: AppOutcome): void {
    if (this.#watchers.length === 0) return;
    const over = this.#watchers.filter(isOver);
    this.#watchers = this.#watchers.filter((watcher) => !over.includes(watcher));
    for (const { settle } of over) settle(outcome);
  }
}
