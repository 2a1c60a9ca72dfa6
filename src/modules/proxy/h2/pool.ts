// The sessions of one worker to one origin. Requests share them: a session takes as many as the backend allows, another
// one is opened when all are full, and what does not fit waits. Owns numbers and ages.

import type { BackendTls } from '../../ssl/index.ts';
import type { Addresses } from '../addresses.ts';
import type { Deadlines, Timed } from '../deadlines.ts';
import type { CarrierPool, HttpUser } from '../http-pools.ts';
import type { Demand, PoolHost, PoolSettings } from '../pool.ts';
import type { Origin } from '../target.ts';
import { Waiters } from '../waiters.ts';
import type { WorkerParameters } from '../worker-parameters.ts';
import { Http2Session, MOST_STREAMS, type SessionOwner } from './session.ts';

/** Sessions where no `max` says otherwise: enough for 800 requests at a time. */
const MOST_SESSIONS = 8;

/** As with HTTP/1.1: closed after this long without a request where no `ttl` says otherwise. */
const IDLE_MS = 4000;

/** A request that must not be sent twice goes over a session that was heard from just now, or over a new one. */
const FRESH_MS = 400;

/** What one pool leads to, and under which rules. */
export interface Http2Plan {
  readonly origin: Origin;
  readonly params: WorkerParameters;
  readonly settings: PoolSettings;
}

export class Http2Pool implements CarrierPool, SessionOwner {
  readonly origin: Origin;
  readonly tls: BackendTls | undefined;
  readonly timeout: number;
  readonly connectTimeout: number;
  readonly keepAlive: boolean;
  readonly sourceAddress: string | undefined;
  readonly settings: PoolSettings;
  readonly ping: undefined = undefined;
  /** Sessions are used again. */
  readonly reuses: boolean;

  readonly #params: WorkerParameters;
  readonly #deadlines: Deadlines;
  readonly #addresses: Addresses;
  readonly #sessions: Set<Http2Session> = new Set();
  /** Those for whom there is no room on any session. */
  readonly #waiters: Waiters<HttpUser>;
  readonly #onEmpty: (pool: Http2Pool) => void;
  #isClosed = false;

  constructor(
    { origin, params, settings }: Http2Plan,
    { deadlines, addresses }: PoolHost,
    onEmpty: (pool: Http2Pool) => void,
  ) {
    this.origin = origin;
    this.settings = settings;
    this.tls = settings.tls;
    this.sourceAddress = settings.sourceAddress;
    this.timeout = params.timeout ?? settings.timeout;
    this.connectTimeout = params.connectionTimeout ?? this.timeout;
    this.keepAlive = params.keepAlive === true;
    this.reuses = (params.reuse ?? true) && params.addressTtl !== 0;
    this.#params = params;
    this.#deadlines = deadlines;
    this.#addresses = addresses;
    this.#waiters = new Waiters(deadlines, params.acquire);
    this.#onEmpty = onEmpty;
  }

  get now(): number {
    return this.#deadlines.now;
  }

  after(duration: number): number {
    return this.#deadlines.after(duration);
  }

  readonly findAddresses = (host: string): readonly string[] | Promise<readonly string[]> =>
    this.#addresses.find(host, this.#params.addressTtl ?? (this.reuses ? undefined : 0));

  watch(timed: Timed): void {
    this.#deadlines.add(timed);
  }

  unwatch(timed: Timed): void {
    this.#deadlines.delete(timed);
  }

  /** Gives `user` a stream, at once (`onReady` is called before this returns), soon, or not at all. */
  acquire(user: HttpUser, demand: Demand): void {
    const session = demand.fresh || !this.reuses ? undefined : this.#findRoom(demand.once);
    if (session !== undefined) {
      session.carry(user);
      return;
    }
    const opening = demand.fresh || !this.reuses ? undefined : this.#findOpening();
    if (opening !== undefined) opening.waiting.push(user);
    else if (this.#sessions.size < (this.#params.max ?? MOST_SESSIONS)) this.#open(user);
    else this.#queue(user);
  }

  #findRoom(once: boolean): Http2Session | undefined {
    for (const session of this.#sessions) {
      if (!session.hasRoom) continue;
      if (once && session.isIdle && this.now - session.heardAt > FRESH_MS) continue;
      return session;
    }
    return undefined;
  }

  #findOpening(): Http2Session | undefined {
    for (const session of this.#sessions) {
      if (session.isOpening && session.waiting.length < MOST_STREAMS) return session;
    }
    return undefined;
  }

  #open(user: HttpUser): void {
    const session = new Http2Session(this, user);
    this.#sessions.add(session);
    this.#deadlines.add(session);
  }

  #queue(user: HttpUser): void {
    this.#waiters.add(user);
    // An idle session that is too old for this user makes room for a new one.
    for (const session of this.#sessions) {
      if (!session.isIdle) continue;
      session.leave();
      return;
    }
  }

  /** `user` no longer waits. */
  cancel(user: HttpUser): void {
    for (const { waiting } of this.#sessions) {
      const at = waiting.indexOf(user);
      if (at >= 0) waiting.splice(at, 1);
    }
    this.#waiters.cancel(user);
  }

  opened(session: Http2Session): void {
    const { peer } = session;
    if (peer !== undefined && this.origin.socket === undefined)
      this.#addresses.prefer(this.origin.host, peer);
    session.heardAt = this.now;
    for (let user = session.waiting.shift(); user !== undefined; user = session.waiting.shift()) {
      if (session.hasRoom) session.carry(user);
      else this.#queue(user);
    }
    this.freed(session);
  }

  freed(session: Http2Session): void {
    while (session.hasRoom && !this.#waiters.isEmpty && this.reuses) session.carry(this.#waiters.next()!);
    if (!session.isIdle) return;
    if (this.#isClosed || !this.reuses) session.leave();
    else session.deadlineAt = this.now + (this.#params.ttl ?? IDLE_MS);
  }

  closed(session: Http2Session): void {
    if (!this.#sessions.delete(session)) return;
    this.#deadlines.delete(session);
    const user = this.#isClosed ? undefined : this.#waiters.next();
    if (user !== undefined) this.#open(user);
    else if (this.#sessions.size === 0) this.#onEmpty(this);
  }

  /** Ends idle sessions; busy ones end with their requests. */
  close(): void {
    this.#isClosed = true;
    for (const session of [...this.#sessions]) session.leave();
  }
}
