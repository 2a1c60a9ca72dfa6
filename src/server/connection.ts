// One client connection: bytes → requests, one after the other; what a client sends ahead waits, bounded, with the
// socket paused. Owns the connection's states and its patience. A request and its answer are request-transport.ts's,
// which a resting connection does without: there may be ten thousand of them.
//
//   idle ─ first byte ─> head ─ parsed ─> waiting ─ its turn ─> answering ─ sent ─> skipping (rest of the body) ─> idle
//                          │                                       ├─ 101 ─> tunnel
//                          └─ malformed, late ─────────────────────┴─ last answer ─> lingering ─> closed

import type { Socket } from 'node:net';
import type { Soon } from '../kit/wait.ts';
import type { Activity, ConnectionActivity } from '../request/activity.ts';
import type { Exchange } from '../request/exchange.ts';
import { logServer } from '../request/log.ts';
import { type EarlyError, serve } from '../request/serve.ts';
import type { Sent } from '../request/transport.ts';
import { plainAddress } from '../request/vhosts.ts';
import { MessageError, type MessageErrorCode } from '../wire/message-error.ts';
import { ProxyHeaderError, ProxyHeaderParser } from '../wire/proxy-header.ts';
import type { RequestHead, RequestParser } from '../wire/request-parser.ts';
import { type BaseServer, baseServerOf, timeoutOf } from './base-server.ts';
import type { ConnectionOwner, OwnedConnection } from './connection-owner.ts';
import { HeldInput } from './held-input.ts';
import { incomingOfError } from './incoming.ts';
import { ReadClock } from './read-clock.ts';
import { type ClientConnection, RequestTransport } from './request-transport.ts';
import { listenTo, type SocketUser } from './socket-events.ts';
import type { Waiting } from './turns.ts';

type State = 'idle' | 'head' | 'waiting' | 'answering' | 'skipping' | 'tunnel' | 'lingering' | 'closed';

const NEVER: number = Number.POSITIVE_INFINITY;
/** How long a client may take to notice that the connection is over; as Apache's lingering close. */
const LINGER_MS = 2000;
const LONGEST_LINGER_MS = 30_000;
/** Half-closed and tunnelled peers are probed, since nothing else tells that they are gone. */
const PROBE_MS = 30_000;

export class Connection implements ClientConnection, OwnedConnection, SocketUser, Waiting {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly secure: boolean;
  readonly socket: Socket;
  readonly owner: ConnectionOwner;
  base: BaseServer;
  presented: { readonly address: string; readonly port: number } | undefined = undefined;
  served = 0;

  readonly #input: HeldInput;
  #state: State = 'idle';
  /** The client has sent its last byte; it may still wait for answers. */
  isInputOver = false;
  #isLooking = false;
  #isReadingBody = false;
  #deadline: number;
  #lingerUntil: number = NEVER;
  /** For the head or the body that is being read. */
  #clock: ReadClock | undefined = undefined;
  /** Until the PROXY header that the connection begins with has been read. */
  #preface: ProxyHeaderParser | undefined = undefined;
  /** Only while a head has begun. */
  #parser: RequestParser | undefined = undefined;
  /** The request under way. */
  #request: RequestTransport | undefined = undefined;

  /** `accepted`: nothing has been read from it yet. */
  constructor(accepted: Socket, owner: ConnectionOwner, secure = false) {
    // Asked of the socket that was accepted, which remembers it: a reset takes it from the one made around it.
    const { remoteAddress, remotePort } = accepted;
    const socket = listenTo(accepted, this);
    this.socket = socket;
    this.owner = owner;
    this.#input = new HeldInput(socket);
    this.secure = secure;
    this.remoteAddress = plainAddress(remoteAddress ?? '');
    this.remotePort = remotePort ?? 0;
    this.localAddress = plainAddress(socket.localAddress ?? '');
    this.localPort = socket.localPort ?? 0;
    this.base = baseServerOf(owner.site.live, this.localAddress, this.localPort);
    this.#deadline = owner.clock.after(this.base.firstTimeout);
    if (owner.site.live.expectsProxyHeader?.(this) === true) this.#preface = new ProxyHeaderParser();
  }

  report(): ConnectionActivity {
    const { remoteAddress, served } = this;
    const { bytesWritten: bytes } = this.socket;
    const request = this.#request?.report();
    return { activity: this.#activity(), remoteAddress, served, bytes, request };
  }

  #activity(): Activity {
    switch (this.#state) {
      case 'idle':
        return this.served === 0 ? 'waiting' : 'keepalive';
      case 'head':
        return 'reading';
      case 'lingering':
      case 'closed':
        return 'closing';
      default:
        return 'writing';
    }
  }

  get isIdle(): boolean {
    return this.#state === 'idle' && !this.socket.destroyed;
  }

  onData(chunk: Buffer, isShared: boolean): void {
    if (this.#state === 'lingering' || this.#state === 'closed') {
      this.#deadline = Math.min(this.owner.clock.after(LINGER_MS), this.#lingerUntil);
      return;
    }
    this.#input.add(chunk, isShared);
    this.#look();
    this.#input.keep();
  }

  /**
   * Looks at what is held, as far as the state allows, and lets the socket rest or go on. A loop: requests that came
   * together and are answered at once must not pile up on the stack. It goes round once more for a new state, though
   * nothing is held: a body has its clock from the moment that somebody waits for it.
   */
  #look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    let goesOn = true;
    while (goesOn) {
      const { size } = this.#input;
      const state = this.#state;
      if (state === 'idle' || state === 'head') this.#readHead();
      else if (state !== 'waiting') this.#readBody();
      goesOn = this.#state !== state || (!this.#input.isEmpty && this.#input.size < size);
    }
    this.#isLooking = false;
    if (this.isInputOver && this.#input.isEmpty) this.#endWithoutHead();
    if (this.#state !== 'closed') this.#input.restOrGoOn();
  }

  #readHead(): void {
    if (this.#preface !== undefined && !this.#readPreface(this.#preface)) return;
    const { bytes } = this.#input;
    if (bytes === undefined) return;
    this.#findBase();
    const parser = this.#parser ?? this.base.parser;
    const { at, size } = this.#input;
    const result = parser.feed(bytes, at);
    if (result === undefined) this.#awaitHead(size);
    else if (result instanceof MessageError) this.#refuse(result);
    else {
      this.#input.consume(parser.position);
      this.#accept(result, parser.position - at);
    }
  }

  /**
   * Reads the PROXY header; false while it is not whole. It has the time that a new connection has for its first byte:
   * a proxy sends it at once. What is no header gets no answer, as in Apache.
   */
  #readPreface(preface: ProxyHeaderParser): boolean {
    const { bytes, at } = this.#input;
    if (bytes === undefined) return false;
    const header = preface.feed(bytes, at);
    if (header instanceof ProxyHeaderError) {
      this.#logPreface(header);
      this.#input.clear();
      this.socket.destroy();
      return false;
    }
    if (header === undefined) {
      this.#input.clear();
      return false;
    }
    this.#input.consume(preface.position);
    this.#preface = undefined;
    // What the header leaves open, the connection says itself.
    this.presented = header.client ?? { address: this.remoteAddress, port: this.remotePort };
    return true;
  }

  #logPreface({ message }: ProxyHeaderError): void {
    const { live, server } = this.base;
    const client = `[client ${this.remoteAddress}:${this.remotePort}]`;
    logServer(live, server, 'remoteip', 'error', `${client} AH03507: RemoteIPProxyProtocol: ${message}`);
  }

  /** A head that begins after a reload is read by the rules of the new site. */
  #findBase(): void {
    const { live } = this.owner.site;
    if (this.#parser === undefined && live !== this.base.live)
      this.base = baseServerOf(live, this.localAddress, this.localPort);
  }

  /** All that came is taken in, and it is not yet a head. */
  #awaitHead(size: number): void {
    this.#input.clear();
    this.#state = 'head';
    this.#parser ??= this.base.lendParser();
    this.#clock ??= new ReadClock(this.owner.clock, timeoutOf(this.base.core), this.base.readLimits?.header);
    const { bytes } = this.#clock;
    this.#deadline = this.#clock.await(size);
    if (!this.owner.heads.grow(bytes, bytes + size)) this.#cutOff(503, 'wire/heads');
  }

  readBody(): void {
    if (!this.#isReadingBody) this.#look();
  }

  #readBody(): void {
    const request = this.#request;
    const body = request?.body;
    if (request === undefined || body === undefined || this.#isReadingBody) return;
    this.#isReadingBody = true;
    const input = this.#input;
    const { size } = input;
    while (input.bytes !== undefined && body.wantsBytes)
      input.consume(body.read(input.bytes, input.at, input.isShared));
    this.#isReadingBody = false;
    request.received += size - input.size;
    if (this.isInputOver && input.isEmpty) body.closeInput();
    request.followBody();
    this.#awaitBody(request, size - input.size);
    if (this.#state === 'skipping') this.#goOn(request);
  }

  /** The clock of a body runs while somebody waits for more of it. */
  #awaitBody(request: RequestTransport, taken: number): void {
    if (request.body?.wantsBytes === true && this.#state !== 'tunnel') {
      this.#clock ??= new ReadClock(this.owner.clock, request.timeout, request.bodyLimit);
      this.#deadline = this.#clock.await(taken);
    } else {
      this.#clock?.stop();
      this.#deadline = NEVER;
    }
  }

  /** The client has ended its direction. Node says so even while the socket rests and bytes wait here. */
  onEnd(): void {
    this.isInputOver = true;
    if (this.#state === 'lingering') {
      this.socket.destroySoon();
      return;
    }
    this.socket.setKeepAlive(true, PROBE_MS);
    this.#look();
  }

  /** No head will come any more. */
  #endWithoutHead(): void {
    if (this.#parser?.requestLine !== undefined) this.#cutOff(400, 'wire/incomplete');
    else if (this.#state === 'idle' || this.#state === 'head') this.#linger();
  }

  #accept(head: RequestHead, size: number): void {
    this.#deadline = NEVER;
    const request = new RequestTransport(this, head);
    const before = this.#clock?.bytes ?? 0;
    request.headBytes = before + size;
    request.received = request.headBytes;
    const isHeld = this.owner.heads.grow(before, request.headBytes);
    this.#parser = undefined;
    this.#clock = undefined;
    this.#request = request;
    if (head.version === '0.9' && this.base.core.protocolOptions?.allow09 === false)
      this.#refuse(new MessageError(400, 'wire/version'));
    else if (!isHeld) this.#refuse(new MessageError(503, 'wire/heads'));
    else if (this.owner.turns.take(this)) this.takeTurn();
    else this.#state = 'waiting';
  }

  takeTurn(): void {
    const request = this.#request!;
    request.hasTurn = true;
    const early = request.head?.expect === 'unknown' ? { status: 417 } : undefined;
    this.#serve(request, request.begin(), early);
  }

  /** A head that will not be whole. Apache: who has not said a whole request line gets no answer. */
  #cutOff(status: number, code: MessageErrorCode): void {
    const requestLine = this.#parser?.requestLine;
    const error = new MessageError(status, code);
    error.requestLine = requestLine ?? '';
    this.#refuse(error, requestLine === undefined);
  }

  /** A head that cannot be read is answered, and is the last one on this connection. */
  #refuse(error: MessageError, isSilent = false): void {
    const { status, note } = error;
    this.#input.clear();
    this.#dropHead();
    const request = new RequestTransport(this);
    this.#request = request;
    const early = note === '' ? { status, isSilent } : { status, isSilent, note };
    this.#serve(request, request.begin(incomingOfError(error)), early);
  }

  /** Nothing of a head is held any longer. */
  #dropHead(): void {
    // Without a parser the clock is a body's.
    if (this.#parser !== undefined) this.owner.heads.release(this.#clock?.bytes ?? 0);
    this.#request?.forgetHead();
    this.#parser = undefined;
    this.#clock = undefined;
  }

  #serve(request: RequestTransport, x: Exchange, early: EarlyError | undefined): void {
    this.#state = 'answering';
    this.#deadline = NEVER;
    let sent: Soon<Sent | undefined>;
    try {
      sent = serve(x, early);
    } catch {
      sent = this.#defect(request);
    }
    if (sent instanceof Promise) this.#endLater(request, sent);
    else this.#endServing(request, sent);
  }

  #endLater(request: RequestTransport, sent: Promise<Sent | undefined>): void {
    sent.then(
      (value) => this.#endServing(request, value),
      () => this.#endServing(request, this.#defect(request)),
    );
  }

  /** serve() does not fail; were it to, this connection alone would pay for it. */
  #defect(request: RequestTransport): undefined {
    request.end();
    this.socket.destroy();
    return undefined;
  }

  #endServing(request: RequestTransport, sent: Sent | undefined): void {
    if (sent === undefined) return;
    request.end();
    if (this.#state === 'closed') return;
    if (!request.isAnswered) {
      this.socket.destroy();
      return;
    }
    this.served += 1;
    request.body?.abort();
    if (!request.staysOpen || !sent.complete) {
      this.#linger();
      return;
    }
    this.#state = 'skipping';
    this.#look();
    if (this.#state === 'skipping') this.#goOn(request);
  }

  /** After the answer: the rest of the body is skipped, then the next request is read. */
  #goOn(request: RequestTransport): void {
    if (request.body?.isOver === false) {
      if (request.isSkippingTooLong) this.#linger();
      return;
    }
    this.#request = undefined;
    this.#clock = undefined;
    this.#state = 'idle';
    this.#deadline = this.owner.clock.after(request.keepAliveTimeout);
    if (this.owner.isDraining && this.#input.isEmpty) this.#linger();
    else this.#look();
  }

  onDrain(): void {
    this.#request?.drained();
  }

  beginTunnel(): void {
    this.#state = 'tunnel';
    this.socket.setKeepAlive(true, PROBE_MS);
  }

  endTunnel(): void {
    this.#linger();
  }

  onTick(now: number): void {
    // The patience of a tunnel is its user's. One that was opened while the server stops is over at once.
    if (this.#state === 'tunnel' && this.owner.isDraining) this.drain();
    if (this.#state === 'answering') this.#request?.checkProgress(now);
    if (now < this.#deadline) return;
    this.#deadline = NEVER;
    switch (this.#state) {
      case 'idle':
      case 'head':
        this.#giveUpHead();
        break;
      case 'answering':
        this.#logLate('body');
        this.#request?.breakBody(408, 'the request body did not come in time');
        break;
      case 'skipping':
        this.#logLate('body');
        this.#linger();
        break;
      default:
        this.socket.destroy();
    }
  }

  /** No head in time. On a new connection the log has a line of it, as in Apache, however little was said. */
  #giveUpHead(): void {
    const isNew = this.served === 0;
    if (this.#state === 'head' || isNew) this.#logLate('header');
    if (isNew || this.#parser?.requestLine !== undefined) this.#cutOff(408, 'wire/late');
    else this.#linger();
  }

  #logLate(part: 'header' | 'body'): void {
    const { live, server, readLimits } = this.base;
    if (readLimits === undefined) return;
    const client = `[client ${this.remoteAddress}:${this.remotePort}]`;
    logServer(live, server, 'reqtimeout', 'info', `${client} AH01382: Request ${part} read timeout`);
  }

  /**
   * The server stops: a connection without a request closes, the others after the answer under way. A tunnel, which
   * has no end of its own, closes behind what is written already.
   */
  drain(): void {
    if (this.#state === 'idle') this.#linger();
    else if (this.#state === 'tunnel') this.#request?.tunnel?.fail(new Error('the server stops'));
  }

  destroy(): void {
    this.socket.destroy();
  }

  /**
   * Closes our direction and reads on for a moment: closing outright with unread bytes would reset the connection
   * and could destroy the answer on its way (RFC 9112 section 9.6).
   */
  #linger(): void {
    if (this.#state === 'closed' || this.#state === 'lingering') return;
    const { clock } = this.owner;
    const isSending = this.socket.writableLength > 0;
    const timeout = this.#request?.timeout ?? timeoutOf(this.base.core);
    this.#deadline = clock.after(isSending ? timeout : LINGER_MS);
    this.#lingerUntil = clock.after(LONGEST_LINGER_MS);
    this.#state = 'lingering';
    this.#input.clear();
    this.#dropHead();
    this.#request = undefined;
    if (this.isInputOver) this.socket.destroySoon();
    else this.socket.end();
    this.#input.restOrGoOn();
  }

  onClose(): void {
    if (this.#state === 'waiting') this.owner.turns.leave(this);
    this.#state = 'closed';
    this.#input.clear();
    this.#deadline = NEVER;
    this.#dropHead();
    this.#request?.gone();
    this.owner.connectionClosed(this);
  }
}
