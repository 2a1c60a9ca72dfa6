// A member of a balancer while the site runs: its worker, what may be changed at run time, and what has happened to it.
// One object for one BalancerMember line, whichever servers inherit it.

import { type HealthSettings, noHealthChecks } from '../hcheck/config.ts';
import { type Origin, parseOrigin, splitUrl } from '../target.ts';
import type { Worker } from '../worker.ts';
import { FLAG, NOT_USABLE } from './status-flags.ts';

/** Time after which a member in error is tried again, where `retry` does not say. */
const DEFAULT_RETRY_MS = 60_000;

/** How health checks (mod_proxy_hcheck) ask a member, and what they know of it. */
export interface MemberHealth extends HealthSettings {
  /** Checks that were counted towards a change of the member's state: those that passed, and failed. */
  passed: number;
  failed: number;
  /** When the last check began, milliseconds since 1970; 0 for never. */
  checkedAt: number;
}

export class BalancerMember {
  readonly worker: Worker;
  /** Bits of FLAG. */
  status: number;
  /** 100 for `loadfactor=1`. */
  loadFactor: number;
  lbSet: number;
  route: string;
  redirect: string;
  /** Milliseconds for which an error keeps requests away. */
  retry: number;
  readonly health: MemberHealth;

  /** How much it is owed: byrequests takes the member with the most. */
  lbStatus = 0;
  /** Requests that it was chosen for. */
  elected = 0;
  /** Requests under way. */
  busy = 0;
  /** Bytes of requests sent to it. */
  transferred = 0;
  /** Bytes of responses read from it: status lines and bodies. */
  read = 0;
  /** Tries since it was last reached. */
  retries = 0;
  /** When it came into error, milliseconds since 1970; 0 when it was reached since. */
  errorTime = 0;
  /** The same on a clock that is never set back. An error that the configuration names (`+E`) is over at once, as in Apache. */
  #failedAt = Number.NEGATIVE_INFINITY;

  readonly #origin: Origin | undefined;

  constructor(worker: Worker) {
    const { status = 0, loadFactor = 100, lbSet = 0, route = '', redirect = '', retry } = worker.params;
    const split = splitUrl(worker.url);
    this.worker = worker;
    this.#origin = split && parseOrigin(split.scheme, split.authority, worker.socket);
    this.status = status | FLAG.INITIALIZED;
    this.loadFactor = loadFactor;
    this.lbSet = lbSet;
    this.route = route;
    this.redirect = redirect;
    this.retry = retry ?? DEFAULT_RETRY_MS;
    this.health = { ...(worker.params.health ?? noHealthChecks()), passed: 0, failed: 0, checkedAt: 0 };
  }

  /** The URL it stands for, without a unix socket. */
  get url(): string {
    return this.worker.url;
  }

  /** The whole name, as logs and pages show it: `unix:` part included. */
  get name(): string {
    const { socket, url } = this.worker;
    return socket === undefined ? url : `unix:${socket}|${url}`;
  }

  get host(): string {
    return this.#origin?.host ?? '';
  }

  get port(): number {
    return this.#origin?.port ?? 0;
  }

  /** Are all of these bits set? */
  is(bits: number): boolean {
    return (this.status & bits) === bits;
  }

  set(bits: number): void {
    this.status |= bits;
  }

  clear(bits: number): void {
    this.status &= ~bits;
  }

  get isUsable(): boolean {
    return (this.status & NOT_USABLE) === 0 && this.is(FLAG.INITIALIZED);
  }

  /** Puts it into error, unless it is one that errors do not count for; true when it is. */
  fail(): boolean {
    if (this.is(FLAG.IGNORE_ERRORS)) return false;
    this.set(FLAG.IN_ERROR);
    this.errorTime = Date.now();
    this.#failedAt = performance.now();
    return true;
  }

  /** Goes on where another member of that name was: BalancerPersist. Its requests are counted out at the other. */
  takeOver(before: BalancerMember): void {
    this.status = before.status;
    this.loadFactor = before.loadFactor;
    this.lbSet = before.lbSet;
    this.route = before.route;
    this.redirect = before.redirect;
    this.lbStatus = before.lbStatus;
    this.elected = before.elected;
    this.transferred = before.transferred;
    this.read = before.read;
    this.retries = before.retries;
    this.errorTime = before.errorTime;
    this.#failedAt = before.#failedAt;
    Object.assign(this.health, before.health);
  }

  /** A connection to it was made. */
  reached(): void {
    this.errorTime = 0;
    this.retries = 0;
  }

  /** Takes it out of error when its time is over: the next request may try it. False when it is still too soon. */
  mayRetry(): boolean {
    if (!this.is(FLAG.IN_ERROR)) return true;
    if (this.is(FLAG.STOPPED)) return false;
    if (!this.is(FLAG.IGNORE_ERRORS) && performance.now() <= this.#failedAt + this.retry) return false;
    this.recover();
    return true;
  }

  /** Out of error, whether or not its time is over. */
  recover(): void {
    this.retries += 1;
    this.clear(FLAG.IN_ERROR);
  }
}
