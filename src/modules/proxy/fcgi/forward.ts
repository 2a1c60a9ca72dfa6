// One request to a FastCGI application: its body fetched as far as it is worth waiting for, its parameters made, a
// connection asked for, the records sent, and every way this can end turned into a verdict.
//
//   run ─ prefetch the body ─ parameters ─ acquire ─ onReady: send ─┬─ output: head ─> answer ─ body …
//                                             ▲                     │
//                                             └ nothing was sent ── └─ onEnd, onFault, onLost ─> verdict

import type { Exchange, RequestBody } from '../../../request/exchange.ts';
import { logEvent } from '../../../request/log.ts';
import { OK, type Verdict } from '../../../request/verdict.ts';
import type { BodyError } from '../../../wire/body.ts';
import { CgiError, type CgiHead, CgiResponseParser } from '../../../wire/cgi-response.ts';
import type { FcgiEnd, FcgiFault } from '../../../wire/fastcgi-reader.ts';
import { beginRequest, encodeParams } from '../../../wire/fastcgi-records.ts';
import type { Attempt } from '../attempt.ts';
import { BackendBody } from '../backend-body.ts';
import type { Loss } from '../backend-roles.ts';
import type { ProxyDirConfig } from '../config.ts';
import { abandonClient, type ConnectWords, connectFailed, lossText, poolExhausted } from '../failure.ts';
import type { Pool } from '../pool.ts';
import { addressOf, endRehearsed } from '../rehearsed.ts';
import { type RelayOwner, RequestRelay } from '../request-relay.ts';
import type { Target } from '../target.ts';
import { type AnswerKind, takeHead } from './answer.ts';
import type { FcgiConfig } from './config.ts';
import type { FcgiConnection } from './connection.ts';
import { badHead, endedEarly, logBrokenOff, logFault } from './failure.ts';
import { requestParams } from './params.ts';
import type { FcgiCarrier, FcgiUser } from './roles.ts';

/** A whole body up to this size is handed over as text, so that it leaves in one piece with its head. */
const LARGEST_TEXT = 16 * 1024;

/** Output that nobody wants is read up to here, so that the script can end as it likes; then it is cut off. */
const MOST_UNWANTED = 16 * 1024 * 1024;

/** Apache logs what it reads of an application's complaints at a time, up to this much. */
const LONGEST_COMPLAINT = 8192;

/** What a connection that cannot be made is called in the log. */
const FCGI_FAILURE: ConnectWords = {
  name: 'FCGI',
  module: 'proxy_fcgi',
  failed: 'AH01079: failed to make connection to backend',
};

/** What one request may put into the error log; a script that loops must not fill the disk. */
const MOST_COMPLAINTS = 1024 * 1024;

export type FcgiPool = Pool<FcgiUser, FcgiConnection>;

export interface FcgiPlan {
  readonly target: Target;
  readonly pool: FcgiPool;
  readonly dir: ProxyDirConfig;
  readonly config: FcgiConfig;
  /** What a balancer wants to know of it; undefined for a request outside balancers. */
  readonly attempt: Attempt | undefined;
}

/** What has come of the answer: its head is awaited, its body comes, or what comes is passed over. */
type Stage = 'head' | 'body' | 'unwanted';

export class FcgiForward implements FcgiUser, RelayOwner {
  readonly #x: Exchange;
  readonly #plan: FcgiPlan;
  readonly #relay: RequestRelay | undefined;
  readonly #parser: CgiResponseParser = new CgiResponseParser();
  #resolve: (verdict: Verdict) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #isSettled = false;
  #connection: FcgiCarrier | undefined = undefined;
  #records = '';
  #isBegun = false;
  #stage: Stage = 'head';
  #body: BackendBody | undefined = undefined;
  #isOutputEnded = false;
  #unwanted = 0;
  #complained = 0;
  /** The verdict on an answer whose output is passed over. */
  #replacement: Verdict = OK;

  constructor(x: Exchange, plan: FcgiPlan) {
    this.#x = x;
    this.#plan = plan;
    // The page for an error is asked for without the body of the request that failed.
    const body = x.errorStatus === 0 ? x.body : undefined;
    const needsLength = x.hasEnv() && x.env.has('proxy-sendcl');
    this.#relay = body === undefined ? undefined : this.#relayOf(body, needsLength);
  }

  #relayOf(body: RequestBody, needsLength: boolean): RequestRelay {
    const make = (): RequestRelay => new RequestRelay(body, this, { needsLength, isFramed: true });
    return this.#plan.attempt?.takeRelay(this, true, make) ?? make();
  }

  run(): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#x.transport.watch(this);
      if (this.#relay === undefined || this.#relay.isLong || !this.#relay.isUntouched) this.#prepare();
      else this.#relay.prefetch();
    });
  }

  #settle(verdict: Verdict): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#x.transport.unwatch(this);
    this.#resolve(verdict);
  }

  onPrefetched(): void {
    this.#prepare();
  }

  onBodySent(): void {
    // The connection has heard of it.
  }

  onBodyFailed(error: BodyError): void {
    this.#connection?.giveUp();
    this.#connection = undefined;
    this.#plan.pool.cancel(this);
    logBrokenOff(this.#x, '(reading input brigade)');
    if (this.#isSettled) this.#body?.fail(error);
    else this.#settle(error.status);
  }

  #prepare(): void {
    this.#announceLength();
    this.#x.site.rehearsal?.note(this.#x, { kind: 'handing-on' });
    requestParams(this.#x, this.#plan.config).then(
      (params) => this.#acquireWith(params),
      (error: unknown) => this.#reject(error),
    );
  }

  /** Apache: a body that is at hand has its length, however the client has sent it; a missing one that was announced is empty. */
  #announceLength(): void {
    const { headers, errorStatus } = this.#x;
    const wasChunked = headers.has('transfer-encoding');
    if (errorStatus !== 0) {
      if (wasChunked || headers.has('content-length')) this.#setLength(0);
    } else if (wasChunked && this.#relay?.isHeldWhole === true) this.#setLength(this.#relay.heldBytes);
  }

  #setLength(length: number): void {
    const { headers } = this.#x;
    headers.delete('transfer-encoding');
    headers.set('Content-Length', String(length));
  }

  #acquireWith(params: ReadonlyMap<string, string> | undefined): void {
    if (this.#isSettled) return;
    if (params === undefined) {
      this.#relay?.stop();
      this.#settle(503);
      return;
    }
    if (this.#x.site.rehearsal !== undefined) {
      this.#rehearse(params);
      return;
    }
    const { bytes, skipped } = encodeParams(params);
    for (const name of skipped) {
      logEvent(this.#x, 'proxy_fcgi', 'warn', `AH02536: couldn't encode envvar '${name}' in 16384 bytes`);
    }
    this.#records = beginRequest(this.#plan.pool.reuses) + bytes;
    this.#acquire(false);
  }

  /** The application is not asked: what it would be told is told. */
  #rehearse(parameters: ReadonlyMap<string, string>): void {
    const { origin, url } = this.#plan.target;
    const deed = { kind: 'fastcgi', url, address: addressOf(origin), parameters } as const;
    this.#x.site.rehearsal?.note(this.#x, { kind: 'deed', deed });
    this.#relay?.stop();
    this.#settle(endRehearsed(this.#x));
  }

  #acquire(fresh: boolean): void {
    this.#plan.pool.acquire(this, { fresh, once: false });
  }

  onReady(connection: FcgiCarrier): void {
    if (this.#isSettled) {
      connection.giveUp();
      return;
    }
    this.#connection = connection;
    // An end that the application has sent meanwhile is heard before anything is sent.
    if (connection.isReused) setImmediate(() => this.#send(connection));
    else this.#send(connection);
  }

  #send(connection: FcgiCarrier): void {
    if (this.#connection !== connection) return;
    this.#isBegun = true;
    this.#plan.attempt?.sends(this.#records.length);
    connection.cork();
    connection.begin(this.#records, this.#plan.pool.reuses);
    if (this.#relay === undefined) connection.finishRequest();
    else this.#relay.stream(connection);
    connection.uncork();
  }

  onDrain(): void {
    this.#relay?.onDrain();
  }

  onBusy(): void {
    this.#letBodyGo();
    this.#settle(poolExhausted(this.#x, this.#plan.target.origin));
  }

  /** Another member of a balancer may want the body that this application has seen nothing of. */
  #letBodyGo(): void {
    if (this.#plan.attempt === undefined) this.#relay?.stop();
  }

  onOutput(bytes: Buffer, from: number, to: number): boolean {
    this.#plan.attempt?.receives(to - from);
    return this.#takeOutput(bytes, from, to);
  }

  #takeOutput(bytes: Buffer, from: number, to: number): boolean {
    if (this.#isOutputEnded) return true;
    if (this.#stage === 'body') return this.#body!.push(Buffer.from(bytes.subarray(from, to)));
    if (this.#stage === 'unwanted') return this.#passOver(to - from);
    const piece = bytes.subarray(from, to);
    const head = this.#parser.feed(piece);
    if (head === undefined) return true;
    if (head instanceof CgiError) return this.#refuse(head);
    this.#takeHead(head);
    const rest = from + this.#parser.position;
    return rest < to ? this.#takeOutput(bytes, rest, to) : true;
  }

  #takeHead(head: CgiHead): void {
    let kind: AnswerKind;
    try {
      kind = takeHead(this.#x, head, this.#plan.dir);
    } catch (error) {
      // The exchange's own defect: what called us is the application's socket.
      this.#stage = 'unwanted';
      this.#letGo();
      this.#isSettled = true;
      this.#x.transport.unwatch(this);
      this.#reject(error);
      return;
    }
    if (kind === 'body') {
      this.#stage = 'body';
      this.#body = new BackendBody(this.#connection!);
      return;
    }
    this.#stage = 'unwanted';
    this.#replacement = kind === 'empty' ? OK : kind.page;
  }

  /** Apache reads on to the end of a script whose output nobody wants. */
  #passOver(length: number): boolean {
    this.#unwanted += length;
    if (this.#unwanted > MOST_UNWANTED) {
      this.#letGo();
      this.#settle(this.#replacement);
    }
    return true;
  }

  #refuse(error: CgiError): boolean {
    this.#letGo();
    this.#settle(badHead(this.#x, error));
    return true;
  }

  /** The request is over for us; the connection is not asked for more. */
  #letGo(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.giveUp();
    this.#relay?.stop();
  }

  onOutputEnd(): void {
    if (this.#stage === 'body') this.#isOutputEnded = true;
  }

  onPause(): void {
    if (this.#stage !== 'body') return;
    if (this.#isOutputEnded) this.#finish();
    else if (!this.#isSettled) this.#answer();
  }

  onComplaint(text: string): void {
    if (this.#complained > MOST_COMPLAINTS) return;
    this.#complained += text.length;
    for (let at = 0; at < text.length; at += LONGEST_COMPLAINT) {
      const piece = text.slice(at, at + LONGEST_COMPLAINT);
      logEvent(this.#x, 'proxy_fcgi', 'error', `AH01071: Got error '${piece}'`);
    }
    if (this.#complained > MOST_COMPLAINTS) {
      logEvent(this.#x, 'proxy_fcgi', 'error', 'further errors of this request are not logged');
    }
  }

  onStrange(type: number): void {
    logEvent(this.#x, 'proxy_fcgi', 'error', `AH01072: Got bogus record ${type}`);
  }

  onEnd(_end: FcgiEnd): void {
    this.#connection = undefined;
    this.#relay?.stop();
    if (this.#stage === 'head') this.#settle(endedEarly(this.#x));
    else if (this.#stage === 'unwanted') this.#settle(this.#replacement);
    else this.#finish();
  }

  #answer(): void {
    this.#x.responseBody = this.#body;
    this.#settle(OK);
  }

  /** The output is complete. */
  #finish(): void {
    const body = this.#body;
    this.#body = undefined;
    if (body === undefined) return;
    if (this.#isSettled) body.end();
    else this.#answerWhole(body);
  }

  /** All of the body has come with its head. */
  #answerWhole(body: BackendBody): void {
    const x = this.#x;
    // Apache sees no end yet where it might cut ranges, and leaves such an answer whole.
    if (x.headers.has('range') || x.contentLength !== undefined) {
      body.end();
      x.responseBody = body;
    } else {
      const whole = body.takeWaiting();
      x.responseBody = whole.length <= LARGEST_TEXT ? whole.toString('latin1') : whole;
      if (!x.headOnly) x.contentLength = whole.length;
    }
    this.#settle(OK);
  }

  onFault(fault: FcgiFault): void {
    this.#connection = undefined;
    logFault(this.#x, fault);
    this.#breakOff(503, { reason: '', system: '(22)Invalid argument' });
  }

  onLost(loss: Loss): void {
    const hadConnection = this.#connection !== undefined;
    this.#connection = undefined;
    if (!hadConnection) {
      this.#letBodyGo();
      const { target, attempt } = this.#plan;
      this.#settle(connectFailed(this.#x, target.origin, loss, { attempt, words: FCGI_FAILURE }));
    } else if (!this.#isBegun) this.#acquire(true);
    else if (loss.kind === 'timeout') {
      this.#breakOff(504, { reason: '(polling)', system: '(70007)The timeout specified has expired' });
    } else {
      logEvent(this.#x, 'proxy_fcgi', 'error', 'AH01067: Failed to read FastCGI header');
      this.#breakOff(503, { reason: '', system: lossText(loss) });
    }
  }

  /** The answer will not be complete: an error where none has begun, else its body breaks off. */
  #breakOff(status: number, { reason, system }: { reason: string; system: string }): void {
    this.#relay?.stop();
    if (this.#isOutputEnded) {
      this.#finish();
      return;
    }
    logBrokenOff(this.#x, reason, system);
    if (this.#stage === 'unwanted') this.#settle(this.#replacement);
    else if (this.#isSettled) this.#body?.fail(new Error('the application broke off'));
    else this.#settle(status);
  }

  onStop(): void {
    this.#connection = undefined;
    this.#relay?.stop();
  }

  onClientGone(): void {
    this.#letGo();
    this.#plan.pool.cancel(this);
    this.#settle(abandonClient(this.#x));
  }
}
