// The pools of connections that speak HTTP: what mod_proxy_http forwards through.

import { BackendConnection } from './backend-connection.ts';
import type { ConnectionUser } from './backend-roles.ts';
import type { Demand, Protocol } from './pool.ts';
import type { Pools } from './pools.ts';
import type { Origin } from './target.ts';

/** Whoever asks for a connection that speaks HTTP. */
export interface HttpUser extends ConnectionUser {
  /** No connection became free within `acquire`. */
  onBusy(): void;
}

/** Where a request gets what carries it: a connection of its own, or a stream of one that is shared. */
export interface CarrierPool {
  readonly origin: Origin;
  /** Milliseconds that a backend may be silent. */
  readonly timeout: number;
  /** Milliseconds for a probe in front of a request's body; undefined for none. */
  readonly ping: number | undefined;
  /** Connections are used again. */
  readonly reuses: boolean;
  /** Gives `user` a carrier, at once (`onReady` is called before this returns), soon, or not at all. */
  acquire(user: HttpUser, demand: Demand): void;
  /** `user` no longer waits. */
  cancel(user: HttpUser): void;
}

export type HttpPools = Pools<HttpUser, BackendConnection>;

export const HTTP: Protocol<HttpUser, BackendConnection> = {
  open: (owner, user) => new BackendConnection(owner, user),
  reuses: true,
};
