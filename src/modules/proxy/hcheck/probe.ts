// One check of one member on a connection of its own: connects, sends a request where the method has one, and tells
// what came of it. Bounded in time and in bytes; knows nothing of what the answer means.

import type { BodySink } from '../../../wire/body.ts';
import type { ResponseError, ResponseHead } from '../../../wire/response-parser.ts';
import type { BackendConnection } from '../backend-connection.ts';
import type { Loss, RequestCarrier, ResponseContent } from '../backend-roles.ts';
import type { BackendTunnel } from '../backend-tunnel.ts';
import type { Timed } from '../deadlines.ts';
import { lossText } from '../failure.ts';
import { HTTP, type HttpUser } from '../http-pools.ts';
import { Pool, type PoolHost, type PoolSettings, type Protocol } from '../pool.ts';
import type { Origin } from '../target.ts';
import type { WorkerParameters } from '../worker-parameters.ts';
import type { HealthRequest } from './request.ts';

/** As much of a body is read and looked at. */
export const MOST_BODY: number = 1024 * 1024;

/** Where and how to ask. */
export interface ProbePlan {
  readonly origin: Origin;
  readonly params: WorkerParameters;
  readonly settings: PoolSettings;
  /** Undefined where a connection is all that is wanted. */
  readonly request: HealthRequest | undefined;
}

/** What came of it: the connection alone, an answer, or why there is none. */
export type ProbeResult =
  | { readonly kind: 'connected' }
  | { readonly kind: 'answered'; readonly head: ResponseHead; readonly body: string }
  | { readonly kind: 'failed'; readonly reason: string };

export class Probe implements HttpUser, BodySink, Timed {
  deadlineAt: number;

  readonly #request: HealthRequest | undefined;
  readonly #host: PoolHost;
  #done: ((result: ProbeResult) => void) | undefined;
  #connection: BackendConnection | undefined = undefined;
  #head: ResponseHead | undefined = undefined;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  /** Begins at once; `done` is called once, later. */
  constructor(
    { origin, params, settings, request }: ProbePlan,
    host: PoolHost,
    done: (result: ProbeResult) => void,
  ) {
    const protocol: Protocol<HttpUser, BackendConnection> = {
      reuses: false,
      open: (owner, user) => {
        this.#connection = HTTP.open(owner, user);
        return this.#connection;
      },
    };
    const plan = { origin, params: alone(params), settings, protocol };
    const pool = new Pool<HttpUser, BackendConnection>(plan, host, () => undefined);
    this.#request = request;
    this.#host = host;
    this.#done = done;
    // A member that sends a byte now and then would otherwise be asked for ever.
    this.deadlineAt = host.deadlines.after(pool.connectTimeout + pool.timeout);
    host.deadlines.add(this);
    pool.acquire(this, { once: false, fresh: true });
  }

  /** Ends it; `done` is not called. */
  cancel(): void {
    this.#done = undefined;
    this.#end();
  }

  onBusy(): void {}

  onDeadline(): void {
    this.#finish({ kind: 'failed', reason: 'the whole check took too long' });
  }

  onReady(connection: RequestCarrier): void {
    if (this.#request === undefined) {
      this.#finish({ kind: 'connected' });
      return;
    }
    const { method, bytes } = this.#request;
    connection.begin(method, bytes, { isWhole: true, isLast: true });
  }

  onInterim(): void {}

  onResponse(head: ResponseHead, content: ResponseContent): void {
    this.#head = head;
    // Apache reads the body of answers to GET alone.
    if (content === undefined || this.#request?.method !== 'GET') this.end();
    else if (typeof content === 'string' || Buffer.isBuffer(content)) {
      this.data(typeof content === 'string' ? Buffer.from(content, 'latin1') : content);
      this.end();
    } else content.start(this);
  }

  onSwitch(_head: ResponseHead, _tunnel: BackendTunnel): void {
    this.#finish({ kind: 'failed', reason: 'it wants to switch protocols' });
  }

  onBadHead(error: ResponseError): void {
    this.#finish({ kind: 'failed', reason: `its answer is malformed (${error.kind})` });
  }

  onLost(loss: Loss): void {
    this.#finish({ kind: 'failed', reason: lossText(loss) });
  }

  onDrain(): void {}

  onStop(): void {}

  data(chunk: Buffer): boolean {
    const room = MOST_BODY - this.#bytes;
    if (room > 0) this.#chunks.push(room < chunk.length ? chunk.subarray(0, room) : chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > MOST_BODY) this.end();
    return true;
  }

  end(): void {
    if (this.#head === undefined) return;
    const body = Buffer.concat(this.#chunks).toString('latin1');
    this.#finish({ kind: 'answered', head: this.#head, body });
  }

  fail(error: Error): void {
    this.#finish({ kind: 'failed', reason: error.message });
  }

  #finish(result: ProbeResult): void {
    const done = this.#done;
    this.#done = undefined;
    this.#end();
    done?.(result);
  }

  #end(): void {
    this.deadlineAt = 0;
    this.#host.deadlines.delete(this);
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.giveUp();
  }
}

/** Checks have connections of their own: those of requests are neither used nor waited for. */
function alone({ max: _max, acquire: _acquire, ...params }: WorkerParameters): WorkerParameters {
  return { ...params, reuse: false };
}
