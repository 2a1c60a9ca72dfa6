// The connections of one worker to one origin: idle ones are kept on a stack and used again, last in first out, so
// that those not needed grow old and are closed. Owns numbers and ages; a connection owns its own states.

import { isIP } from 'node:net';
import type { BadHeaderMode } from '../../wire/response-parser.ts';
import type { BackendTls } from '../ssl/index.ts';
import type { Addresses } from './addresses.ts';
import type { ConnectionOwner, Loss } from './backend-roles.ts';
import { isBindError } from './backend-socket.ts';
import type { Deadlines, Timed } from './deadlines.ts';
import { HostName } from './host-name.ts';
import type { Origin } from './target.ts';
import { Waiters } from './waiters.ts';
import type { WorkerParameters } from './worker-parameters.ts';

/**
 * An idle connection is closed after this long where no `ttl` says otherwise: before the five seconds after which
 * many application servers close it themselves, so that a request seldom meets a connection that is just going away.
 */
const IDLE_MS = 4000;

/**
 * A request that must not be sent twice gets a connection that was used just now, or a new one. With the two ticks by
 * which the clock may be behind, this is less than the second after which the most impatient backends close theirs.
 */
const FRESH_MS = 400;

const MOST_IDLE = 128;

/** What the pools of a site share. */
export interface PoolHost {
  readonly deadlines: Deadlines;
  readonly addresses: Addresses;
  /** Writes to the error log what concerns no single request. */
  readonly report: (text: string) => void;
}

/** What a pool takes from the server that answers. */
export interface PoolSettings {
  readonly timeout: number;
  readonly badHeader: BadHeaderMode;
  /** How TLS is spoken; undefined for plain bytes. */
  readonly tls: BackendTls | undefined;
  /** The address of this machine that connections come from. */
  readonly sourceAddress: string | undefined;
}

/** What the connections of a pool lead to, how, and under which rules. */
export interface PoolPlan<U, C> {
  readonly origin: Origin;
  readonly params: WorkerParameters;
  readonly settings: PoolSettings;
  readonly protocol: Protocol<U, C>;
}

/** How a connection is wanted. */
export interface Demand {
  /** The request cannot be sent a second time if the connection turns out to be dead. */
  readonly once: boolean;
  /** Not one that was used before. */
  readonly fresh: boolean;
}

/** Whoever asks a pool for a connection. */
export interface PoolUser<C> {
  /** The connection is up and this user's own. */
  onReady(connection: C): void;
  /** A connection was lost, or never came to be. */
  onLost(loss: Loss): void;
  /** No connection became free within `acquire`. */
  onBusy(): void;
}

/** A connection, as its pool sees it. */
export interface Pooled<U> extends Timed {
  /** When it became idle, on the clock of the deadlines. */
  idleSince: number;
  readonly isUsable: boolean;
  /** The address at the other end. */
  readonly peer: string | undefined;
  /** Gives an idle connection to its next user. */
  assign(user: U): void;
  /** Ends an idle connection. */
  destroy(): void;
}

/** What the connections of a pool speak. */
export interface Protocol<U, C> {
  open(owner: ConnectionOwner<C, U>, user: U): C;
  /** Connections are used again where no parameter of the worker says otherwise. */
  readonly reuses: boolean;
}

function nameOf(
  { socket, host }: Origin,
  addresses: Addresses,
  params: WorkerParameters,
): HostName | undefined {
  if (socket !== undefined || isIP(host) !== 0) return undefined;
  return new HostName(addresses, host, addressTtl(params));
}

/** Milliseconds; undefined for the usual time. Apache: without reuse, names are looked up each time. */
function addressTtl({ addressTtl, reuse }: WorkerParameters): number | undefined {
  return addressTtl ?? (reuse === false ? 0 : undefined);
}

export class Pool<U extends PoolUser<C>, C extends Pooled<U>> implements ConnectionOwner<C, U> {
  readonly origin: Origin;
  readonly tls: BackendTls | undefined;
  readonly connectTimeout: number;
  readonly timeout: number;
  readonly keepAlive: boolean;
  readonly badHeader: BadHeaderMode;
  readonly fieldSize: number;
  /** Milliseconds for a probe in front of a request's body; undefined for none. */
  readonly ping: number | undefined;
  /** Connections are used again. */
  readonly reuses: boolean;

  readonly #params: WorkerParameters;
  readonly #deadlines: Deadlines;
  /** The name that connections lead to; undefined for an address or a socket. */
  readonly #name: HostName | undefined;
  readonly #mostIdle: number;
  readonly #report: (text: string) => void;
  #source: string | undefined;
  readonly #protocol: Protocol<U, C>;
  readonly #onEmpty: (pool: Pool<U, C>) => void;
  readonly #idle: C[] = [];
  readonly #all: Set<C> = new Set();
  /** Busy connections to addresses that the name has left. */
  readonly #left: Set<C> = new Set();
  /** Those for whom no connection may be opened yet. */
  readonly #waiters: Waiters<U>;
  #isClosed = false;

  constructor(
    { origin, params, settings, protocol }: PoolPlan<U, C>,
    { deadlines, addresses, report }: PoolHost,
    onEmpty: (pool: Pool<U, C>) => void,
  ) {
    this.origin = origin;
    this.tls = settings.tls;
    this.#source = settings.sourceAddress;
    this.#report = report;
    this.ping = params.ping;
    this.timeout = params.timeout ?? settings.timeout;
    this.connectTimeout = params.connectionTimeout ?? this.timeout;
    this.keepAlive = params.keepAlive === true;
    this.badHeader = settings.badHeader;
    this.fieldSize = params.responseFieldSize ?? 8192;
    // Apache: what is looked up each time cannot be used again.
    this.reuses = (params.reuse ?? protocol.reuses) && params.addressTtl !== 0;
    this.#mostIdle = params.ttl === undefined ? (params.smax ?? MOST_IDLE) : MOST_IDLE;
    this.#name = nameOf(origin.through?.origin ?? origin, addresses, params);
    this.#protocol = protocol;
    this.#params = params;
    this.#deadlines = deadlines;
    this.#waiters = new Waiters(deadlines, params.acquire);
    this.#onEmpty = onEmpty;
  }

  after(duration: number): number {
    return this.#deadlines.after(duration);
  }

  /** Connections, busy and idle. */
  get size(): number {
    return this.#all.size;
  }

  readonly findAddresses = (host: string): readonly string[] | Promise<readonly string[]> =>
    this.#name?.find() ?? [host];

  get sourceAddress(): string | undefined {
    return this.#source;
  }

  /** Gives `user` a connection, at once (`onReady` is called before this returns), soon, or not at all. */
  acquire(user: U, demand: Demand): void {
    if (this.#name !== undefined) this.#follow(this.#name);
    const connection = demand.fresh ? undefined : this.#takeIdle(demand.once);
    if (connection !== undefined) {
      connection.assign(user);
      user.onReady(connection);
    } else if (this.#params.max !== undefined && this.#all.size >= this.#params.max) this.#queue(user);
    else this.#open(user);
  }

  #takeIdle(once: boolean): C | undefined {
    for (;;) {
      const connection = this.#idle.at(-1);
      if (connection === undefined) return undefined;
      // The newest is on top: when it is too old for this request, all are.
      if (once && this.#deadlines.now - connection.idleSince > FRESH_MS) return undefined;
      this.#idle.pop();
      if (connection.isUsable) return connection;
    }
  }

  /** Ends connections to addresses that the name has left: idle ones at once, busy ones behind their request. */
  #follow(name: HostName): void {
    const addresses = name.changed(this.#deadlines.now);
    if (addresses === undefined) return;
    for (const connection of [...this.#all]) {
      if (connection.peer === undefined || addresses.includes(connection.peer)) continue;
      if (this.#idle.includes(connection)) connection.destroy();
      else this.#left.add(connection);
    }
  }

  connected({ peer }: C): void {
    if (peer !== undefined) this.#name?.prefer(peer);
  }

  mayTryAgain(user: U, loss: Loss): boolean {
    if (this.#source !== undefined && isBindError(loss.error)) {
      this.#openWithoutSource(user);
      return true;
    }
    const again = this.#name?.lookAgain();
    void again?.then((isElsewhere) => {
      if (isElsewhere && !this.#isClosed) this.acquire(user, { once: true, fresh: true });
      else user.onLost(loss);
    });
    return again !== undefined;
  }

  /** Apache: where the configured address cannot be used, connections come from whichever can. */
  #openWithoutSource(user: U): void {
    const { scheme } = this.origin;
    const source = this.#source;
    this.#report(`AH00956: ${scheme}: failed to bind socket to local address: ProxySourceAddress ${source}`);
    this.#source = undefined;
    this.acquire(user, { once: true, fresh: true });
    this.#source = source;
  }

  #open(user: U): void {
    const connection = this.#protocol.open(this, user);
    this.#all.add(connection);
    this.#deadlines.add(connection);
  }

  #queue(user: U): void {
    // An old idle connection makes room where its place is needed.
    const oldest = this.#idle.shift();
    if (oldest !== undefined) {
      oldest.destroy();
      this.#open(user);
      return;
    }
    this.#waiters.add(user);
  }

  /** `user` no longer waits. */
  cancel(user: U): void {
    this.#waiters.cancel(user);
  }

  released(connection: C): void {
    if (!this.reuses || this.#isClosed || this.#left.delete(connection)) {
      connection.destroy();
      return;
    }
    const user = this.#waiters.next();
    if (user !== undefined) {
      connection.assign(user);
      user.onReady(connection);
      return;
    }
    if (this.#idle.length >= this.#mostIdle) {
      connection.destroy();
      return;
    }
    connection.idleSince = this.#deadlines.now;
    connection.deadlineAt = this.#deadlines.now + (this.#params.ttl ?? IDLE_MS);
    this.#idle.push(connection);
  }

  closed(connection: C): void {
    if (!this.#all.delete(connection)) return;
    this.#left.delete(connection);
    this.#deadlines.delete(connection);
    const at = this.#idle.lastIndexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    const user = this.#isClosed ? undefined : this.#waiters.next();
    if (user !== undefined) this.#open(user);
    else if (this.#all.size === 0) this.#onEmpty(this);
  }

  /** Ends idle connections; busy ones end with their request. */
  close(): void {
    this.#isClosed = true;
    for (const connection of [...this.#idle]) connection.destroy();
  }
}
