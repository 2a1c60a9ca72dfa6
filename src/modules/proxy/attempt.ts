// One attempt to have a request answered by a member of a balancer: what the exchange with the backend reports of it, so
// that the balancer can judge the member and knows whether another may be asked. Requests outside balancers have none.

import type { ResponseHead } from '../../wire/response-parser.ts';
import { BackendBody } from './backend-body.ts';
import type { Loss, ResponseContent } from './backend-roles.ts';
import type { Meter } from './meter.ts';
import type { RelayOwner, RequestRelay } from './request-relay.ts';

/** Methods that may be sent twice without doing anything twice (RFC 9110 section 9.2.2). */
export const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

export class Attempt {
  readonly meter: Meter;
  /** A connection to the backend was there. */
  wasReached = false;
  /** No connection could be made. */
  isRefused = false;
  /** The backend's name is unknown. */
  isUnnamed = false;
  /** The backend did not answer in time. */
  hasTimedOut = false;
  /** A new connection broke before anything was answered. */
  isBroken = false;
  /** The status is the backend's; only the page is replaced (ProxyErrorOverride). */
  isOverridden = false;
  #relay: RequestRelay | undefined = undefined;
  #isUndone = false;

  /** `before`: the attempt that failed. */
  constructor(meter: Meter, before: Attempt | undefined) {
    this.meter = meter;
    this.#relay = before === undefined ? undefined : before.#relay;
  }

  /** The body as an earlier attempt has left it, or what `make` makes for the first one. */
  takeRelay(owner: RelayOwner, isFramed: boolean, make: () => RequestRelay): RequestRelay {
    this.#relay ??= make();
    this.#relay.adopt(owner, isFramed, this.meter);
    return this.#relay;
  }

  /** A connection is there, and so many bytes of the request are sent. */
  sends(bytes: number): void {
    this.wasReached = true;
    this.meter.transferred += bytes;
  }

  /** The backend has not asked for the body: it has done nothing. */
  undone(): void {
    this.#isUndone = true;
  }

  refused(): void {
    this.isRefused = true;
  }

  unnamed(): void {
    this.isUnnamed = true;
  }

  lost(loss: Loss, wasUsedBefore: boolean): void {
    this.hasTimedOut = loss.kind === 'timeout';
    this.isBroken = !this.hasTimedOut && !wasUsedBefore;
  }

  /** Apache counts the status line and the body. */
  answered(head: ResponseHead, content: ResponseContent): void {
    this.meter.read += `HTTP/1.1 ${head.status} ${head.reason}`.length;
    if (content instanceof BackendBody) content.measure(this.meter);
    else if (content !== undefined) this.meter.read += content.length;
  }

  /** Bytes of a response whose head is not HTTP's. */
  receives(bytes: number): void {
    this.meter.read += bytes;
  }

  overridden(): void {
    this.isOverridden = true;
  }

  /** May another backend be sent this request? Not when one may have seen it that must not be done twice. */
  mayMoveOn(method: string): boolean {
    if (!this.wasReached || this.#isUndone) return true;
    return IDEMPOTENT.has(method) && (this.#relay === undefined || this.#relay.isHeldWhole);
  }
}
