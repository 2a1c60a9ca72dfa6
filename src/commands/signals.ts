// Signals of a running server, from the first moment on: those that come while it starts wait until it has.

import type { ServerInstance } from '../server/instance.ts';
import { say, showFailure } from './terminal.ts';

/** What a signal asks for: `stop` finishes what is under way up to a deadline, `end` does not. */
export type SignalWish = 'stop' | 'end' | 'reload';

export interface SignalRules {
  readonly wishes: Readonly<Partial<Record<NodeJS.Signals, SignalWish>>>;
  /** How long a `stop` lets exchanges go on, in milliseconds; undefined for the server's own measure. */
  deadline?(instance: ServerInstance): number | undefined;
}

/** Exchanges that are under way when the server ends at once have this long to notice. */
const END_MS = 0;

export class SignalQueue {
  readonly #rules: SignalRules;
  #instance: ServerInstance | undefined = undefined;
  readonly #early: NodeJS.Signals[] = [];
  #end: (() => void) | undefined = undefined;
  #hurry: (() => void) | undefined = undefined;
  #isStopping = false;

  constructor(rules: SignalRules) {
    this.#rules = rules;
    for (const signal of Object.keys(rules.wishes) as NodeJS.Signals[])
      process.on(signal, () => this.#on(signal));
  }

  /** Settles when a signal has stopped the server. `hurry` is called when a second one comes meanwhile. */
  serve(instance: ServerInstance, hurry: () => void): Promise<void> {
    this.#instance = instance;
    this.#hurry = hurry;
    return new Promise((resolve) => {
      this.#end = resolve;
      for (const signal of this.#early) this.#on(signal);
    });
  }

  #on(signal: NodeJS.Signals): void {
    const instance = this.#instance;
    const wish = this.#rules.wishes[signal];
    if (instance === undefined) {
      // A second wish to stop does not wait for a start that takes its time.
      if (this.#early.includes(signal) && wish !== 'reload') process.exit(0);
      this.#early.push(signal);
    } else if (wish === 'reload') void reload(instance);
    else this.#stop(instance, wish === 'end' ? END_MS : this.#rules.deadline?.(instance));
  }

  #stop(instance: ServerInstance, deadlineMs: number | undefined): void {
    if (this.#isStopping) {
      instance.cut();
      this.#hurry?.();
      this.#end?.();
      return;
    }
    this.#isStopping = true;
    instance.stop(deadlineMs).then(
      () => this.#end?.(),
      (error: unknown) => {
        showFailure(error);
        this.#end?.();
      },
    );
  }
}

async function reload(instance: ServerInstance): Promise<void> {
  try {
    await instance.reload();
    say('the configuration was read again');
  } catch (error) {
    showFailure(error);
    say('the new configuration cannot be used: the old one stays in force');
  }
}
