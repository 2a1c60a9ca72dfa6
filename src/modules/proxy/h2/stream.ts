// One request on a session that carries many: what a connection is to a request of HTTP/1.1, this is to one of HTTP/2.
// Owns the stream and its end; the session and what it may carry are session.ts's.
//
//   idle ─ begin ─> head ─ response ─> body ─ end ─> done
//                    └──────────────────┴─ reset, lost, deadline ─> done

import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2';
import { ResponseError } from '../../../wire/response-parser.ts';
import { BackendBody, type BodyFeeder } from '../backend-body.ts';
import type { Loss, RequestCarrier, RequestStart } from '../backend-roles.ts';
import type { Timed } from '../deadlines.ts';
import type { HttpUser } from '../http-pools.ts';
import type { Origin } from '../target.ts';
import { readHttp1Request } from './request-fields.ts';
import { readHttp2Head } from './response-head.ts';

const { NGHTTP2_CANCEL, NGHTTP2_FLAG_END_STREAM, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } = constants;

/** The session, as its streams see it. */
export interface StreamOwner {
  readonly origin: Origin;
  readonly timeout: number;
  /** Streams above this one have not been looked at by the other end; undefined while it says nothing of the kind. */
  readonly lastStream: number | undefined;
  /** Why the session is over, where it is. */
  readonly error: NodeJS.ErrnoException | undefined;
  after(duration: number): number;
  heard(): void;
  closed(stream: Http2Carrier): void;
}

type State = 'idle' | 'head' | 'body' | 'done';

export class Http2Carrier implements RequestCarrier, BodyFeeder, Timed {
  deadlineAt = 0;
  readonly carried: number;

  readonly #session: ClientHttp2Session;
  readonly #owner: StreamOwner;
  #user: HttpUser | undefined;
  #stream: ClientHttp2Stream | undefined = undefined;
  #state: State = 'idle';
  #method = '';
  #isSent = false;
  #isHeard = false;
  #isPaused = false;
  #error: NodeJS.ErrnoException | undefined = undefined;
  #body: BackendBody | undefined = undefined;
  #left: number | undefined = undefined;

  constructor(session: ClientHttp2Session, owner: StreamOwner, user: HttpUser, carried: number) {
    this.#session = session;
    this.#owner = owner;
    this.#user = user;
    this.carried = carried;
  }

  begin(method: string, bytes: string, { isWhole }: RequestStart): boolean {
    const request = readHttp1Request(bytes, this.#owner.origin);
    this.#state = 'head';
    this.#method = method;
    this.#isSent = isWhole;
    if (request === undefined) {
      this.#loseLater(new Error('a field of the request cannot be sent'));
      return true;
    }
    const { fields, body } = request;
    try {
      this.#stream = this.#session.request(fields, { endStream: isWhole && body === '' });
    } catch (error) {
      this.#loseLater(error as Error);
      return true;
    }
    this.#watch(this.#stream);
    if (isWhole) this.#arm();
    if (body === '') return true;
    const content = Buffer.from(body, 'latin1');
    if (!isWhole) return this.#stream.write(content);
    this.#stream.end(content);
    return true;
  }

  /** Whoever begins a request hears of its end later, never while it begins it. */
  #loseLater(error: Error): void {
    this.#error = error;
    queueMicrotask(() => this.#lose('closed'));
  }

  #watch(stream: ClientHttp2Stream): void {
    stream.on('headers', (...[, flags, raw]: unknown[]) => this.#onInterim(flags as number, raw as string[]));
    stream.on('response', (...[, flags, raw]: unknown[]) =>
      this.#onResponse(flags as number, raw as string[]),
    );
    stream.on('data', (chunk: Buffer) => this.#onData(chunk));
    stream.on('end', () => this.#onEnd());
    stream.on('drain', () => this.#onDrain());
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#error = error;
    });
    stream.on('close', () => this.#onClose());
  }

  #onInterim(flags: number, raw: readonly string[]): void {
    if (this.#state !== 'head') return;
    this.#hear();
    const head = readHttp2Head(raw, { method: this.#method, isEnd: (flags & NGHTTP2_FLAG_END_STREAM) !== 0 });
    if (head instanceof ResponseError) this.#refuse(head);
    // RFC 9113 section 8.6: there is no 101 in HTTP/2.
    else if (head.status === 101) this.#refuse(new ResponseError('status-line', '101'));
    else this.#user?.onInterim(head);
  }

  #onResponse(flags: number, raw: readonly string[]): void {
    if (this.#state !== 'head') return;
    this.#hear();
    const isEnd = (flags & NGHTTP2_FLAG_END_STREAM) !== 0;
    const head = readHttp2Head(raw, { method: this.#method, isEnd });
    if (head instanceof ResponseError) {
      this.#refuse(head);
      return;
    }
    if (head.body.kind === 'none' || isEnd) {
      const isEmpty = head.body.kind === 'length' && head.body.length === 0;
      const user = this.#finish();
      user?.onResponse(head, isEmpty ? '' : undefined);
      return;
    }
    this.#left = head.body.kind === 'length' ? head.body.length : undefined;
    const body = new BackendBody(this);
    this.#body = body;
    this.#state = 'body';
    this.#user?.onResponse(head, body);
  }

  #refuse(error: ResponseError): void {
    const user = this.#user;
    this.#done(NGHTTP2_CANCEL);
    user?.onBadHead(error);
  }

  /** The response is complete: the stream is over before its user hears of it. */
  #finish(): HttpUser | undefined {
    const user = this.#user;
    const wasSent = this.#isSent;
    this.#done(NGHTTP2_NO_ERROR);
    if (!wasSent) user?.onStop();
    return user;
  }

  #onData(chunk: Buffer): void {
    if (this.#state !== 'body') return;
    this.#hear();
    if (this.#left !== undefined) this.#left -= chunk.length;
    if (this.#body?.push(chunk) === false) this.pauseBody();
  }

  #onEnd(): void {
    if (this.#state !== 'body') return;
    const body = this.#body;
    if (this.#left !== undefined && this.#left !== 0) {
      this.#fail(new Error('the backend has sent another length than it announced'));
      return;
    }
    this.#finish();
    body?.end();
  }

  #onDrain(): void {
    if (!this.#isSent) this.deadlineAt = 0;
    this.#user?.onDrain();
  }

  #onClose(): void {
    if (this.#state === 'body')
      this.#fail(this.#error ?? this.#owner.error ?? new Error('the backend closed the stream'));
    else this.#lose('closed');
  }

  #lose(kind: Loss['kind']): void {
    if (this.#state === 'done') return;
    const user = this.#user;
    const isUnprocessed = this.#isUnprocessed();
    const isReset =
      !this.#session.destroyed && (this.#stream?.rstCode ?? NGHTTP2_NO_ERROR) !== NGHTTP2_NO_ERROR;
    const error = this.#owner.error ?? this.#error;
    this.#done(NGHTTP2_CANCEL);
    user?.onStop();
    user?.onLost({ kind, error, heard: this.#isHeard, isUnprocessed, isReset });
  }

  /** RFC 9113 section 8.7: what the other end has refused, or says that it has not seen. */
  #isUnprocessed(): boolean {
    const stream = this.#stream;
    if (this.#isHeard || stream === undefined) return false;
    if (stream.rstCode === NGHTTP2_REFUSED_STREAM) return true;
    const { lastStream } = this.#owner;
    return lastStream !== undefined && (stream.id === undefined || stream.id > lastStream);
  }

  #fail(error: Error): void {
    const body = this.#body;
    const user = this.#user;
    this.#done(NGHTTP2_CANCEL);
    user?.onStop();
    body?.fail(error);
  }

  #done(code: number): void {
    if (this.#state === 'done') return;
    this.#state = 'done';
    this.deadlineAt = 0;
    this.#user = undefined;
    this.#body = undefined;
    const stream = this.#stream;
    // What nobody reads would keep the stream, and its share of the session's window.
    if (stream !== undefined && !stream.closed) {
      stream.close(code);
      stream.resume();
    }
    this.#owner.closed(this);
  }

  #hear(): void {
    this.#isHeard = true;
    this.#owner.heard();
    if (this.#isSent && !this.#isPaused) this.#arm();
  }

  #arm(): void {
    this.deadlineAt = this.#owner.after(this.#owner.timeout);
  }

  write(bytes: Buffer | string): boolean {
    const stream = this.#stream;
    if (stream === undefined || stream.closed || stream.destroyed) return true;
    const goesOn = typeof bytes === 'string' ? stream.write(bytes, 'latin1') : stream.write(bytes);
    if (!goesOn) this.#arm();
    return goesOn;
  }

  cork(): void {
    this.#stream?.cork();
  }

  uncork(): void {
    this.#stream?.uncork();
  }

  finishRequest(): void {
    this.#isSent = true;
    this.#stream?.end();
    if (this.#state === 'head') this.#arm();
  }

  giveUp(): void {
    const body = this.#body;
    this.#done(NGHTTP2_CANCEL);
    body?.fail(new Error('the request broke off'));
  }

  pauseBody(): void {
    if (this.#state !== 'body') return;
    this.#isPaused = true;
    this.deadlineAt = 0;
    this.#stream?.pause();
  }

  resumeBody(): void {
    if (this.#state !== 'body' || !this.#isPaused) return;
    this.#isPaused = false;
    this.#arm();
    this.#stream?.resume();
  }

  abandonBody(): void {
    if (this.#state !== 'body') return;
    const user = this.#user;
    this.#done(NGHTTP2_CANCEL);
    user?.onStop();
  }

  onDeadline(): void {
    if (this.#state === 'body') this.#fail(new Error('the backend is silent'));
    else this.#lose('timeout');
  }

  /** The session is over: what the stream hears of it by itself may come late. */
  onSessionLost(): void {
    if (this.#state === 'body') this.#fail(this.#owner.error ?? new Error('the backend closed'));
    else this.#lose('closed');
  }
}
