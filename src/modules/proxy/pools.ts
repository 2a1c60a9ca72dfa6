// All pools of a loaded site that speak one protocol: found by worker, settings and origin, made when first needed,
// forgotten when empty.

import type { BadHeaderMode } from '../../wire/response-parser.ts';
import type { BackendTls } from '../ssl/index.ts';
import { Deadlines } from './deadlines.ts';
import { Pool, type Pooled, type PoolHost, type PoolSettings, type PoolUser, type Protocol } from './pool.ts';
import type { Origin } from './target.ts';
import type { Worker } from './worker.ts';

/** The pools of one worker under one set of settings, by origin. */
type ByOrigin<P> = Map<string, P>;

/** Names that clients ask for (ProxyPreserveHost) whose connections are kept; the list of them is anybody's to fill. */
const MOST_NAMED = 100;

function forgetOldest(pools: ByOrigin<{ close(): void }>): void {
  if (pools.size < MOST_NAMED) return;
  for (const [key, pool] of pools) {
    pools.delete(key);
    pool.close();
    return;
  }
}

export class Pools<U extends PoolUser<C>, C extends Pooled<U>> {
  readonly #protocol: Protocol<U, C>;
  readonly #host: PoolHost;
  readonly #settings: PoolSettings[] = [];
  readonly #byWorker: Map<Worker, Map<PoolSettings, ByOrigin<Pool<U, C>>>> = new Map();
  #isClosed = false;

  constructor(protocol: Protocol<U, C>, host: Omit<PoolHost, 'deadlines'>) {
    this.#protocol = protocol;
    this.#host = { ...host, deadlines: new Deadlines() };
  }

  /** The same object for the same settings, so that servers which agree share their connections. */
  settings(
    timeout: number,
    badHeader: BadHeaderMode,
    sourceAddress?: string,
    tls?: BackendTls,
  ): PoolSettings {
    for (const known of this.#settings)
      if (
        known.timeout === timeout &&
        known.badHeader === badHeader &&
        known.sourceAddress === sourceAddress &&
        known.tls === tls
      )
        return known;
    const settings: PoolSettings = { timeout, badHeader, sourceAddress, tls };
    this.#settings.push(settings);
    return settings;
  }

  find(worker: Worker, origin: Origin, settings: PoolSettings): Pool<U, C> {
    const known = this.#byWorker.get(worker)?.get(settings)?.get(origin.key);
    return known ?? this.#make(worker, origin, settings);
  }

  #make(worker: Worker, origin: Origin, settings: PoolSettings): Pool<U, C> {
    const pools = this.#byOrigin(worker, settings);
    if (origin.serverName !== undefined) forgetOldest(pools);
    const plan = { origin, params: worker.params, settings, protocol: this.#protocol };
    const pool = new Pool<U, C>(plan, this.#host, () => {
      if (pools.get(origin.key) === pool) pools.delete(origin.key);
    });
    pools.set(origin.key, pool);
    if (this.#isClosed) pool.close();
    return pool;
  }

  #byOrigin(worker: Worker, settings: PoolSettings): ByOrigin<Pool<U, C>> {
    const bySettings: Map<PoolSettings, ByOrigin<Pool<U, C>>> = this.#byWorker.get(worker) ?? new Map();
    this.#byWorker.set(worker, bySettings);
    const byOrigin: ByOrigin<Pool<U, C>> = bySettings.get(settings) ?? new Map();
    bySettings.set(settings, byOrigin);
    return byOrigin;
  }

  /** An origin answers no more: connections at rest to it are closed, busy ones end with their request. */
  retire(key: string): void {
    for (const bySettings of this.#byWorker.values()) {
      for (const byOrigin of bySettings.values()) {
        const pool = byOrigin.get(key);
        byOrigin.delete(key);
        pool?.close();
      }
    }
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
