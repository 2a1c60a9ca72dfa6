// All pools of a loaded site that speak HTTP/2: found by worker, settings and origin, forgotten when empty.

import type { PoolHost, PoolSettings } from '../pool.ts';
import type { Origin } from '../target.ts';
import type { Worker } from '../worker.ts';
import { Http2Pool } from './pool.ts';

/** As with HTTP/1.1: names that clients ask for whose sessions are kept. */
const MOST_NAMED = 100;

function forgetOldest(pools: Set<Http2Pool>): void {
  if (pools.size < MOST_NAMED) return;
  for (const pool of pools) {
    pools.delete(pool);
    pool.close();
    return;
  }
}

export class Http2Pools {
  readonly #host: PoolHost;
  readonly #byWorker: Map<Worker, Set<Http2Pool>> = new Map();
  #isClosed = false;

  constructor(host: PoolHost) {
    this.#host = host;
  }

  find(worker: Worker, origin: Origin, settings: PoolSettings): Http2Pool {
    for (const pool of this.#byWorker.get(worker) ?? [])
      if (pool.settings === settings && pool.origin.key === origin.key) return pool;
    return this.#make(worker, origin, settings);
  }

  #make(worker: Worker, origin: Origin, settings: PoolSettings): Http2Pool {
    const pools = this.#byWorker.get(worker) ?? new Set();
    this.#byWorker.set(worker, pools);
    if (origin.serverName !== undefined) forgetOldest(pools);
    const pool = new Http2Pool({ origin, params: worker.params, settings }, this.#host, (empty) =>
      pools.delete(empty),
    );
    pools.add(pool);
    if (this.#isClosed) pool.close();
    return pool;
  }

  close(): void {
    this.#isClosed = true;
    for (const pools of this.#byWorker.values()) for (const pool of [...pools]) pool.close();
  }
}
