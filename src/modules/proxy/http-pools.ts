// The pools of connections that speak HTTP: what mod_proxy_http forwards through.

import { BackendConnection } from './backend-connection.ts';
import type { ConnectionUser } from './backend-roles.ts';
import type { Pool, Protocol } from './pool.ts';
import type { Pools } from './pools.ts';

/** Whoever asks for a connection that speaks HTTP. */
export interface HttpUser extends ConnectionUser {
  /** No connection became free within `acquire`. */
  onBusy(): void;
}

export type HttpPool = Pool<HttpUser, BackendConnection>;
export type HttpPools = Pools<HttpUser, BackendConnection>;

export const HTTP: Protocol<HttpUser, BackendConnection> = {
  open: (owner, user) => new BackendConnection(owner, user),
  reuses: true,
};
