// One request on its connection, from its head to the end of its body: the transport that its exchange sees. Owns what
// is known only while a request is under way, so that a resting connection holds nothing of it.

import type { Socket } from 'node:net';
import type { Soon } from '../kit/wait.ts';
import type { RequestActivity } from '../request/activity.ts';
import { type CoreServerConfig, coreServer } from '../request/core-config.ts';
import { Exchange, type Incoming, type RequestBody } from '../request/exchange.ts';
import type { ReadLimit } from '../request/read-limits.ts';
import {
  type Answer,
  type ClientWatcher,
  type Sent,
  type Transport,
  type Tunnel,
  UnsafeAnswer,
} from '../request/transport.ts';
import { abortContent, BodyError } from '../wire/body.ts';
import { CloseDecoder, createBodyDecoder } from '../wire/body-decoder.ts';
import { asksKeepAlive } from '../wire/connection-tokens.ts';
import { HeaderList } from '../wire/header-list.ts';
import { reasonPhrase } from '../wire/reason.ts';
import type { RequestHead } from '../wire/request-parser.ts';
import { writeResponseHead } from '../wire/serialize.ts';
import { type AnswerFraming, addBeforeType, frameAnswer, setPersistence } from './answer-framing.ts';
import { AnswerSender } from './answer-sender.ts';
import { type BaseServer, timeoutOf } from './base-server.ts';
import type { ConnectionOwner, ServingSite } from './connection-owner.ts';
import { incomingOf } from './incoming.ts';
import { type BodyOwner, RequestBodySource } from './request-body.ts';
import { SocketTunnel } from './tunnel.ts';

const NEVER: number = Number.POSITIVE_INFINITY;
const DEFAULT_KEEP_ALIVE_TIMEOUT = 5000;
const DEFAULT_KEEP_ALIVE_REQUESTS = 100;
/** What is skipped of a body nobody read, before closing is cheaper than going on. */
const MOST_SKIPPED = 1 << 20;
const HTTP_1_1 = 1001;

const NOT_SENT: Sent = { bytes: 0, wireBytes: 0, complete: false };
const NO_FIELDS = new HeaderList();

/** The connection, as a request on it sees it. */
export interface ClientConnection {
  readonly socket: Socket;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly secure: boolean;
  /** What a PROXY header has said of the client. */
  readonly presented: { readonly address: string; readonly port: number } | undefined;
  /** Requests served before. */
  readonly served: number;
  readonly base: BaseServer;
  readonly owner: ConnectionOwner;
  /** The client has ended its direction. */
  readonly isInputOver: boolean;
  /** The body wants bytes that it did not want before. */
  readBody(): void;
  /** What follows is no HTTP. */
  beginTunnel(): void;
  /** Closes behind what is written. */
  endTunnel(): void;
}

export class RequestTransport implements Transport, BodyOwner {
  readonly head: RequestHead | undefined;
  /** How long a connection that stays open waits for its next request, in milliseconds. */
  keepAliveTimeout: number = DEFAULT_KEEP_ALIVE_TIMEOUT;
  /** Timeout, in milliseconds. */
  timeout: number;
  /** How long the body may take. */
  bodyLimit: ReadLimit | undefined = undefined;
  body: RequestBodySource | undefined;
  tunnel: SocketTunnel | undefined = undefined;
  isAnswered = false;
  /** The connection can be used for another request. */
  staysOpen = false;
  /** It is one of those that are answered at once. */
  hasTurn = false;
  /** Bytes of the head, while it is held. */
  headBytes = 0;
  received = 0;
  interimBytes = 0;

  readonly #connection: ClientConnection;
  readonly #socket: Socket;
  readonly #sender: AnswerSender;
  #site: ServingSite | undefined = undefined;
  #exchange: Exchange | undefined = undefined;
  #mayContinue = true;
  #isGone = false;
  #watchers: ClientWatcher[] | undefined = undefined;
  #writeDeadline: number = NEVER;

  /** Without a head: a request that could not be read. */
  constructor(connection: ClientConnection, head?: RequestHead) {
    this.#connection = connection;
    this.#socket = connection.socket;
    this.#sender = new AnswerSender(connection.socket);
    this.timeout = timeoutOf(connection.base.core);
    this.head = head;
    this.body = head === undefined || head.body.kind === 'none' ? undefined : this.#newBody(head);
  }

  #newBody({ body }: RequestHead): RequestBodySource {
    const isCoded = body.kind === 'chunked' && body.coded;
    const refusal = isCoded ? new BodyError(501, 'unknown transfer coding in the request') : undefined;
    return new RequestBodySource(this, createBodyDecoder(body, this.#connection.base.parser.limits), refusal);
  }

  /** Makes the exchange; the site that is in force is in use until it is over. */
  begin(incoming: Incoming = this.#incoming()): Exchange {
    const { owner, base, localAddress, localPort } = this.#connection;
    const { site } = owner;
    this.#site = site;
    site.enter();
    const server = site.live.findServer(localAddress, localPort, this.head?.host ?? '');
    this.timeout = timeoutOf(coreServer(server));
    // Apache: where the base server has every stage switched off, so has the connection.
    if (this.body !== undefined && base.readLimits !== undefined)
      this.bodyLimit = site.live.readLimits(server)?.body;
    this.#exchange = new Exchange(site.live, server, this, incoming, Date.now());
    return this.#exchange;
  }

  #incoming(): Incoming {
    return incomingOf(this.head!, this.#requestBody());
  }

  #requestBody(): RequestBody | undefined {
    const { body, head } = this;
    if (body === undefined || head === undefined) return undefined;
    return {
      source: body,
      length: head.body.kind === 'length' ? head.body.length : undefined,
      expectsContinue: head.expect === 'continue',
    };
  }

  /** What is asked; undefined before and after. */
  report(): RequestActivity | undefined {
    const x = this.#exchange;
    if (x === undefined) return undefined;
    const { clientAddress, requestLine, protocol, startedAt, server } = x;
    return { clientAddress, requestLine, protocol, startedAt, server, localPort: this.localPort };
  }

  /** The exchange is over. */
  end(): void {
    this.#exchange = undefined;
    this.#watchers = undefined;
    this.forgetHead();
    this.#site?.leave();
    this.#site = undefined;
    if (this.hasTurn) this.#connection.owner.turns.giveBack();
    this.hasTurn = false;
  }

  /** The head is held no longer. */
  forgetHead(): void {
    this.#connection.owner.heads.release(this.headBytes);
    this.headBytes = 0;
  }

  get remoteAddress(): string {
    return this.#connection.remoteAddress;
  }

  get remotePort(): number {
    return this.#connection.remotePort;
  }

  get localAddress(): string {
    return this.#connection.localAddress;
  }

  get presented(): { readonly address: string; readonly port: number } | undefined {
    return this.#connection.presented;
  }

  get localPort(): number {
    return this.#connection.localPort;
  }

  get secure(): boolean {
    return this.#connection.secure;
  }

  get connection(): object {
    return this.#connection;
  }

  get trailers(): HeaderList | undefined {
    return this.body?.trailers;
  }

  get served(): number {
    return this.#connection.served;
  }

  onBodyStarted(): void {
    if (this.head?.expect === 'continue') this.interim(100, reasonPhrase(100), NO_FIELDS);
  }

  onBodyWanted(): void {
    this.#connection.readBody();
  }

  /** Ends a body here. */
  breakBody(status: number, message: string): void {
    this.body?.break(new BodyError(status, message));
    this.followBody();
  }

  /** An answer that is made from a body ends with it: nobody can say what it would have become. */
  followBody(): void {
    if (this.body?.isBroken === true && this.body.isBeingRead) this.#sender.abort();
  }

  /** Too much is left of a body that nobody reads: closing is cheaper than going on. */
  get isSkippingTooLong(): boolean {
    const { body } = this;
    return body !== undefined && (body.isBroken || body.discarded > MOST_SKIPPED);
  }

  interim(status: number, reason: string, headers: HeaderList): void {
    const x = this.#exchange;
    if (x === undefined || this.isAnswered || x.protocol < HTTP_1_1 || !this.#socket.writable) return;
    if (status === 100) {
      if (!this.#mayContinue) return;
      this.#mayContinue = false;
    }
    const head = writeResponseHead(status, reason, headers);
    if (typeof head !== 'string') return;
    this.interimBytes += head.length;
    this.#socket.write(head, 'latin1');
  }

  send(answer: Answer): Soon<Sent> {
    const x = this.#exchange;
    if (x === undefined || this.isAnswered || !this.#socket.writable) {
      abortContent(answer.body);
      return NOT_SENT;
    }
    const frame = frameAnswer(answer, x.protocol);
    this.staysOpen = this.#decideToStay(answer, frame.framing, coreServer(x.server));
    if (frame.framing === 'chunked') addBeforeType(answer.headers, 'Transfer-Encoding', 'chunked');
    const head =
      frame.framing === 'bare' ? '' : writeResponseHead(answer.status, answer.reason, answer.headers);
    if (typeof head !== 'string') {
      throw new UnsafeAnswer(`the ${head.part} of ${JSON.stringify(head.text)}`);
    }
    this.isAnswered = true;
    return this.#sender.send(head, answer.bodiless ? undefined : answer.body, frame);
  }

  #decideToStay(answer: Answer, framing: AnswerFraming, core: CoreServerConfig): boolean {
    const { head } = this;
    const { base, served, owner } = this.#connection;
    const said = core.keepAliveTimeout ?? DEFAULT_KEEP_ALIVE_TIMEOUT;
    // Apache: a virtual host that does not say how long says what the main server says, and waits as its neighbour.
    this.keepAliveTimeout =
      core.hasOwnKeepAliveTimeout === true
        ? said
        : (base.core.keepAliveTimeout ?? DEFAULT_KEEP_ALIVE_TIMEOUT);
    return setPersistence(answer, framing, {
      keepAlive: head?.keepAlive ?? false,
      asked: head !== undefined && asksKeepAlive(head.headers),
      enabled: core.keepAlive ?? true,
      timeout: said,
      most: core.maxKeepAliveRequests ?? DEFAULT_KEEP_ALIVE_REQUESTS,
      served,
      mustClose: owner.isDraining || this.#mustCloseForBody(),
    });
  }

  /** A body that was never asked for, is broken, or is long to skip: the next request cannot be found. */
  #mustCloseForBody(): boolean {
    const { body, head } = this;
    // Apache: the client may send what it was not asked for, or nothing at all.
    if (head?.expect === 'continue' && this.#mayContinue) return true;
    if (body === undefined || body.isOver) return false;
    // differs: the same holds where an expectation is refused that nobody knows; Apache waits for the body.
    if (body.isBroken || head?.expect === 'unknown') return true;
    return head?.body.kind === 'length' && head.body.length > MOST_SKIPPED && !body.isBeingRead;
  }

  /** The client takes bytes again. */
  drained(): void {
    this.#writeDeadline = NEVER;
    this.#sender.drained();
    this.tunnel?.drained();
  }

  /** A client that takes nothing at all for Timeout is given up; each 'drain' begins anew. */
  checkProgress(now: number): void {
    if (!this.#socket.writableNeedDrain) return;
    if (this.#writeDeadline === NEVER) this.#writeDeadline = now + this.timeout;
    else if (now >= this.#writeDeadline) this.#socket.destroy();
  }

  upgrade(reason: string, headers: HeaderList): Tunnel {
    if (this.body !== undefined && !this.body.isOver) {
      throw new Error('a connection cannot be upgraded before the body of the request is read');
    }
    const head = writeResponseHead(101, reason, headers);
    if (typeof head !== 'string') throw new UnsafeAnswer(`the ${head.part} of ${JSON.stringify(head.text)}`);
    const incoming = new RequestBodySource(this, new CloseDecoder());
    this.body = incoming;
    this.tunnel = new SocketTunnel(this.#socket, incoming, head.length, () => this.#connection.endTunnel());
    this.isAnswered = true;
    this.#connection.beginTunnel();
    if (this.#socket.writable) this.#socket.write(head, 'latin1');
    return this.tunnel;
  }

  drop(): void {
    this.#socket.destroy();
  }

  get isInputOver(): boolean {
    return this.#connection.isInputOver;
  }

  watch(watcher: ClientWatcher): void {
    if (this.#isGone) watcher.onClientGone();
    else if (this.#watchers === undefined) this.#watchers = [watcher];
    else this.#watchers.push(watcher);
  }

  unwatch(watcher: ClientWatcher): void {
    const watchers = this.#watchers;
    if (watchers === undefined) return;
    if (watchers.length === 1 && watchers[0] === watcher) this.#watchers = undefined;
    else this.#watchers = watchers.filter((each) => each !== watcher);
  }

  /** The socket is closed. */
  gone(): void {
    this.#isGone = true;
    this.body?.break(new BodyError(400, 'the client has gone'));
    this.tunnel?.fail(new Error('the client has gone'));
    this.#sender.closed();
    const watchers = this.#watchers ?? [];
    this.#watchers = undefined;
    for (const watcher of watchers) watcher.onClientGone();
  }
}
