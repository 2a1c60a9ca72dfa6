// Forwarding one request: a connection is asked for, the request written, the response taken, and every way this can
// end is turned into a verdict. Owns the order of events and the decision to try again; bytes are the connection's.
//
//   run ─ prefetch the body ─ acquire ─ onReady: write ─┬─ onInterim ─┐
//                                 ▲                     │             ▼
//                                 └── once more ── onLost / onResponse, onBadHead ─> verdict

import type { Exchange, RequestBody } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { HANDED_OVER } from '../../request/serve.ts';
import type { ClientWatcher } from '../../request/transport.ts';
import { DONE, type Verdict } from '../../request/verdict.ts';
import type { BodyError } from '../../wire/body.ts';
import { HeaderList } from '../../wire/header-list.ts';
import type { ResponseError, ResponseHead } from '../../wire/response-parser.ts';
import { type AnswerContext, copyInterimFields, switchFields, takeResponse } from './answer.ts';
import { type Attempt, IDEMPOTENT } from './attempt.ts';
import { BackendBody } from './backend-body.ts';
import { BackendNotes } from './backend-notes.ts';
import type { Loss, RequestCarrier, ResponseContent } from './backend-roles.ts';
import { type BackendTunnel, IdleTunnel } from './backend-tunnel.ts';
import type { ProxyDirConfig, ProxyServerConfig } from './config.ts';
import {
  abandonClient,
  connectFailed,
  handshakeFailed,
  headFailed,
  poolExhausted,
  proxyError,
  readFailed,
  streamFailed,
} from './failure.ts';
import { type RequestFraming, writeForwardHead, writeFraming } from './forward-head.ts';
import type { CarrierPool, HttpUser } from './http-pools.ts';
import { RehearsedCarrier } from './rehearsed.ts';
import type { RemoteProxy } from './remote/remote-proxy.ts';
import { type RelayOwner, RequestRelay } from './request-relay.ts';
import type { Target } from './target.ts';
import { TunnelRun } from './tunnel.ts';
import { findUnexpected, tunnelTimeout, type Upgrade } from './upgrade.ts';

/** Apache gives up at the tenth. */
const MOST_INTERIM = 9;

/** How long a backend may leave an expectation of 100 Continue without an answer before the body is sent anyway. */
const CONTINUE_MS = 1000;

const NO_CONTENT: RequestFraming = { kind: 'none' };
const EMPTY_CONTENT: RequestFraming = { kind: 'length', length: 0 };

export interface ForwardPlan {
  readonly target: Target;
  readonly pool: CarrierPool;
  readonly conf: ProxyServerConfig;
  readonly dir: ProxyDirConfig;
  readonly maxForwards: number | undefined;
  /** How the request may leave HTTP, where it may. */
  readonly upgrade: Upgrade | undefined;
  /** The proxy that the request goes through. */
  readonly remote: RemoteProxy | undefined;
  /** What a balancer wants to know of it; undefined for a request outside balancers. */
  readonly attempt: Attempt | undefined;
  /** False where a client may not try again by itself: a lost backend is then always answered. */
  readonly mayDrop?: boolean;
}

/** A backend's 101 and the tunnel behind it. */
interface Switch {
  readonly head: ResponseHead;
  readonly tunnel: BackendTunnel;
}

function hasEnv(x: Exchange, name: string): boolean {
  return x.hasEnv() && x.env.has(name);
}

/** Apache: the error document of a request that had a body is asked for with an empty one. */
function framingWithoutBody(x: Exchange): RequestFraming {
  const { errorStatus, headers } = x;
  const hadBody = errorStatus !== 0 && (headers.has('content-length') || headers.has('transfer-encoding'));
  return hadBody ? EMPTY_CONTENT : NO_CONTENT;
}

export class Forward implements HttpUser, RelayOwner, ClientWatcher {
  readonly #x: Exchange;
  readonly #plan: ForwardPlan;
  readonly #relay: RequestRelay | undefined;
  readonly #isIdempotent: boolean;
  readonly #expectsContinue: boolean;
  readonly #keepsAlive: boolean;
  /** Milliseconds in which the backend has to ask for the body, which shows that it is there (`ping=`). */
  readonly #ping: number | undefined;
  #resolve: ((verdict: Verdict) => void) | undefined = undefined;
  #reject: ((error: unknown) => void) | undefined = undefined;
  #verdict: Verdict | undefined = undefined;
  #head = '';
  #connection: RequestCarrier | undefined = undefined;
  #continueTimer: NodeJS.Timeout | undefined = undefined;
  #interims = 0;
  #hasRetried = false;
  #isSent = false;
  #switch: Switch | undefined = undefined;

  constructor(x: Exchange, plan: ForwardPlan) {
    this.#x = x;
    this.#plan = plan;
    // The page for an error is asked for without the body of the request that failed.
    const body = x.errorStatus === 0 ? x.body : undefined;
    const isSimple = hasEnv(x, 'force-proxy-request-1.0');
    const needsLength = isSimple || hasEnv(x, 'proxy-sendcl');
    this.#relay = body === undefined ? undefined : this.#relayOf(body, needsLength);
    this.#keepsAlive = plan.pool.reuses && !isSimple && !hasEnv(x, 'proxy-nokeepalive');
    this.#isIdempotent = IDEMPOTENT.has(x.method);
    const mayExpect = body !== undefined && !isSimple && this.#relay?.needsWhole !== true;
    this.#ping = mayExpect ? plan.pool.ping : undefined;
    this.#expectsContinue =
      this.#ping !== undefined ||
      (mayExpect && body.expectsContinue && plan.dir.forward100Continue !== false);
  }

  #relayOf(body: RequestBody, needsLength: boolean): RequestRelay {
    const isFramed = this.#plan.target.origin.isHttp2;
    const make = (): RequestRelay => new RequestRelay(body, this, { needsLength, isFramed });
    return this.#plan.attempt?.takeRelay(this, isFramed, make) ?? make();
  }

  run(): Verdict | Promise<Verdict> {
    const head = writeForwardHead(this.#x, {
      target: this.#plan.target,
      conf: this.#plan.conf,
      dir: this.#plan.dir,
      maxForwards: this.#plan.maxForwards,
      expectsContinue: this.#expectsContinue,
      remote: this.#plan.remote,
    });
    if (head === undefined) return proxyError(this.#x, 400, 'The request cannot be passed on');
    this.#head = head;
    this.#x.transport.watch(this);
    const relay = this.#relay;
    if (relay === undefined || relay.isLong || this.#expectsContinue || !relay.isUntouched)
      this.#acquire(false);
    else relay.prefetch();
    return this.#verdict ?? new Promise((resolve, reject) => this.#promise(resolve, reject));
  }

  #promise(resolve: (verdict: Verdict) => void, reject: (error: unknown) => void): void {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  #settle(verdict: Verdict): void {
    if (this.#verdict !== undefined) return;
    this.#verdict = verdict;
    this.#x.transport.unwatch(this);
    clearTimeout(this.#continueTimer);
    this.#resolve?.(verdict);
  }

  onPrefetched(): void {
    this.#acquire(false);
  }

  onBodyFailed(error: BodyError): void {
    this.#connection?.giveUp();
    this.#connection = undefined;
    this.#plan.pool.cancel(this);
    this.#settle(error.status);
  }

  #acquire(fresh: boolean): void {
    if (this.#x.site.rehearsal !== undefined) {
      this.onReady(new RehearsedCarrier(this.#x, this.#plan.target, (verdict) => this.#settle(verdict)));
      return;
    }
    this.#plan.pool.acquire(this, { fresh: fresh || this.#isFirst(), once: !this.#mayRepeat() });
  }

  /** The client's first request, which shall not meet a connection that is just going away. */
  #isFirst(): boolean {
    return hasEnv(this.#x, 'proxy-initial-not-pooled') && this.#x.transport.served === 0;
  }

  /** All of the request is at hand. */
  get #holdsAll(): boolean {
    return this.#relay === undefined || this.#relay.isHeldWhole;
  }

  /** Could all of the request be sent again, and would that do no harm? */
  #mayRepeat(): boolean {
    // A backend that has not asked for the body has done nothing.
    if (this.#ping !== undefined && this.#relay?.isUntouched === true) return true;
    return this.#isIdempotent && this.#holdsAll;
  }

  onReady(connection: RequestCarrier): void {
    if (this.#verdict !== undefined) {
      connection.giveUp();
      return;
    }
    this.#connection = connection;
    const relay = this.#relay;
    const { method } = this.#x;
    const offered = this.#plan.upgrade?.offered;
    const head =
      this.#head + writeFraming(relay?.framing ?? framingWithoutBody(this.#x), this.#keepsAlive, offered);
    const isLast = !this.#keepsAlive;
    this.#isSent = relay === undefined || relay.isHeldWhole;
    this.#plan.attempt?.sends(head.length + (relay?.isHeldWhole === true ? relay.heldBytes : 0));
    if (relay === undefined) connection.begin(method, head, { isWhole: true, isLast });
    else if (relay.isHeldWhole) connection.begin(method, head + relay.text(), { isWhole: true, isLast });
    else this.#beginStreaming(connection, relay, head);
  }

  #beginStreaming(connection: RequestCarrier, relay: RequestRelay, head: string): void {
    connection.begin(this.#x.method, head, { isWhole: false, isLast: !this.#keepsAlive });
    // Where requests are only tried out, the backend asks for the body at once.
    if (!this.#expectsContinue || this.#x.site.rehearsal !== undefined) relay.stream(connection);
    else if (this.#ping !== undefined) this.#continueTimer = setTimeout(() => this.#onSilence(), this.#ping);
    else this.#continueTimer = setTimeout(() => this.#continueBody(), CONTINUE_MS);
  }

  /** The backend has not asked for the body within `ping`. */
  #onSilence(): void {
    this.#connection?.giveUp();
    this.#connection = undefined;
    if (this.#plan.attempt === undefined) this.#relay?.stop();
    else this.#plan.attempt.undone();
    this.#settle(proxyError(this.#x, 503, 'Timeout on 100-Continue'));
  }

  #continueBody(): void {
    clearTimeout(this.#continueTimer);
    const connection = this.#connection;
    if (connection !== undefined && this.#relay?.isUntouched === true) this.#relay.stream(connection);
  }

  onBodySent(): void {
    this.#isSent = true;
    if (this.#switch !== undefined) this.#openTunnel(this.#switch);
  }

  onDrain(): void {
    this.#relay?.onDrain();
  }

  mayAskAgain(): boolean {
    return !this.#hasRetried && this.#mayRepeat();
  }

  onStop(): void {
    // Nothing of it was sent: another member of the balancer may have the body.
    if (this.#connection === undefined && this.#plan.attempt !== undefined) return;
    // A body that is held whole, or that the backend has not asked for, may be sent again.
    if (this.#relay?.isHeldWhole === false && !this.#mayRepeat()) this.#relay.stop();
  }

  onInterim(head: ResponseHead): void {
    const x = this.#x;
    this.#interims += 1;
    if (this.#interims > MOST_INTERIM) {
      this.#connection?.giveUp();
      this.#relay?.stop();
      this.#settle(proxyError(x, 502, `Too many (${this.#interims}) interim responses from origin server`));
      return;
    }
    if (head.status !== 100 || x.body?.expectsContinue === true) this.#passInterim(head);
    if (head.status === 100) this.#continueBody();
  }

  #passInterim(head: ResponseHead): void {
    const x = this.#x;
    if (x.hasEnv() && x.env.get('proxy-interim-response')?.toLowerCase() === 'suppress') return;
    const fields = new HeaderList();
    copyInterimFields(x, head, fields, this.#plan.conf);
    x.transport.interim(head.status, head.reason, fields);
  }

  onResponse(head: ResponseHead, content: ResponseContent): void {
    this.#x.noteSource = new BackendNotes(head.status, this.#connection?.localPort);
    // A complete response has set the connection free: it may be somebody else's by now.
    if (!(content instanceof BackendBody)) this.#connection = undefined;
    if (this.#verdict !== undefined) {
      if (content instanceof BackendBody) content.abort();
      return;
    }
    this.#plan.attempt?.answered(head, content);
    this.#settle(takeResponse(this.#context(), head, content));
  }

  #context(): AnswerContext {
    const { conf, dir, upgrade, attempt } = this.#plan;
    return { x: this.#x, conf, dir, upgrade, attempt };
  }

  onSwitch(head: ResponseHead, tunnel: BackendTunnel): void {
    const unexpected = findUnexpected(head, this.#plan.upgrade);
    if (unexpected !== undefined) {
      this.#connection?.giveUp();
      this.#relay?.stop();
      this.#settle(proxyError(this.#x, 502, unexpected));
      return;
    }
    this.#switch = { head, tunnel };
    // RFC 9110 section 7.8: the protocol is switched behind the whole request.
    if (this.#isSent) this.#openTunnel(this.#switch);
    else this.#continueBody();
  }

  #openTunnel({ head, tunnel }: Switch): void {
    const x = this.#x;
    this.#x.transport.unwatch(this);
    try {
      const client = x.transport.upgrade(head.reason, switchFields(this.#context(), head));
      const run = new TunnelRun(client, tunnel, {
        timeout: tunnelTimeout(x, this.#plan.upgrade, this.#plan.pool.timeout),
        halfCloses: !hasEnv(x, 'proxy-nohalfclose'),
        done: (error, isOfClient) => this.#endTunnel(client.written, error, isOfClient),
      });
      x.status = 101;
      logEvent(x, 'proxy_http', 'debug', `AH10239: HTTP: tunneling protocol ${head.headers.get('upgrade')}`);
      run.start();
    } catch (error) {
      // The exchange's own defect: what called us is the backend's socket.
      this.#connection?.giveUp();
      this.#reject?.(error);
    }
  }

  #endTunnel(written: number, error: Error | undefined, isOfClient: boolean): void {
    const x = this.#x;
    const first = x.initial();
    first.wireBytesSent = written;
    first.complete = !isOfClient;
    x.closeAfter = true;
    x.notes.set(HANDED_OVER, '1');
    if (error instanceof IdleTunnel)
      logEvent(x, 'proxy', 'debug', `AH10213: the tunnel is closed: ${error.message}`);
    this.#settle(DONE);
  }

  onBadHead(error: ResponseError): void {
    this.#relay?.stop();
    this.#settle(headFailed(this.#x, this.#plan.pool.origin, error));
  }

  onLost(loss: Loss): void {
    const connection = this.#connection;
    const { origin } = this.#plan.pool;
    this.#connection = undefined;
    if (loss.kind === 'handshake') {
      this.#plan.attempt?.lost(loss, false);
      const fail = origin.isHttp2 ? streamFailed : handshakeFailed;
      this.#settle(fail(this.#x, origin, loss));
      return;
    }
    if (connection === undefined || loss.kind === 'connect' || loss.kind === 'lookup') {
      this.#settle(connectFailed(this.#x, origin, loss, { attempt: this.#plan.attempt }));
      return;
    }
    // A backend may close an idle connection at the moment it is used again: that is no answer to this request.
    const wasStale = connection.carried > 0 && !loss.heard && loss.kind === 'closed';
    clearTimeout(this.#continueTimer);
    const mayRepeat =
      loss.isUnprocessed === true
        ? this.#holdsAll
        : (wasStale || loss.isUnframed === true) && this.#mayRepeat();
    if (mayRepeat && !this.#hasRetried) {
      this.#hasRetried = true;
      this.#acquire(true);
      return;
    }
    this.#plan.attempt?.lost(loss, connection.carried > 0);
    const { mayDrop } = this.#plan;
    this.#settle(
      origin.isHttp2 ? streamFailed(this.#x, origin, loss) : readFailed(this.#x, origin, loss, mayDrop),
    );
  }

  onBusy(): void {
    this.#settle(poolExhausted(this.#x, this.#plan.pool.origin));
  }

  onClientGone(): void {
    this.#connection?.giveUp();
    this.#plan.pool.cancel(this);
    this.#relay?.stop();
    this.#settle(abandonClient(this.#x));
  }
}
