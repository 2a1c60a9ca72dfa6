// All pools of a loaded site: found by worker, settings and origin, made when first needed, forgotten when empty.

import type { BadHeaderMode } from '../../wire/response-parser.ts';
import { Deadlines } from './deadlines.ts';
import { Pool, type PoolSettings } from './pool.ts';
import type { Origin } from './target.ts';
import type { Worker } from './worker.ts';

/** The pools of one worker under one set of settings, by origin. */
type ByOrigin = Map<string, Pool>;

export class Pools {
  readonly #deadlines: Deadlines;
  readonly #settings: PoolSettings[] = [];
  readonly #byWorker: Map<Worker, Map<PoolSettings, ByOrigin>> = new Map();
  #isClosed = false;

  constructor(deadlines: Deadlines = new Deadlines()) {
    this.#deadlines = deadlines;
  }

  /** The same object for the same settings, so that servers which agree share their connections. */
  settings(timeout: number, badHeader: BadHeaderMode): PoolSettings {
    for (const known of this.#settings)
      if (known.timeout === timeout && known.badHeader === badHeader) return known;
    const settings: PoolSettings = { timeout, badHeader };
    this.#settings.push(settings);
    return settings;
  }

  find(worker: Worker, origin: Origin, settings: PoolSettings): Pool {
    const known = this.#byWorker.get(worker)?.get(settings)?.get(origin.key);
    return known ?? this.#make(worker, origin, settings);
  }

  #make(worker: Worker, origin: Origin, settings: PoolSettings): Pool {
    const pools = this.#byOrigin(worker, settings);
    const pool = new Pool(origin, worker.params, settings, this.#deadlines, () => {
      if (pools.get(origin.key) === pool) pools.delete(origin.key);
    });
    pools.set(origin.key, pool);
    if (this.#isClosed) pool.close();
    return pool;
  }

  #byOrigin(worker: Worker, settings: PoolSettings): ByOrigin {
    const bySettings: Map<PoolSettings, ByOrigin> = this.#byWorker.get(worker) ?? new Map();
    this.#byWorker.set(worker, bySettings);
    const byOrigin: ByOrigin = bySettings.get(settings) ?? new Map();
    bySettings.set(settings, byOrigin);
    return byOrigin;
  }

  close(): void {
    this.#isClosed = true;
    for (const bySettings of this.#byWorker.values()) {
      for (const byOrigin of bySettings.values()) {
        for (const pool of [...byOrigin.values()]) pool.close();
      }
    }
  }
}
