// One client connection: bytes → exchanges, answers → bytes (HTTP/1.1, RFC 9112). Requests are served one after the
// other; what a client sends ahead waits, bounded, with the socket paused. Owns the connection's states and its
// patience; framing, bodies and what is answered are decided elsewhere.
//
//   idle ─ first byte ─> head ─ parsed ─> answering ─ sent ─> skipping (rest of the body) ─> idle
//                          │                 ├─ 101 ─> tunnel
//                          └─ malformed ─────┴─ last answer ─> lingering ─> closed

import type { Socket } from 'node:net';
import { guard, type Soon } from '../kit/wait.ts';
import { type CoreServerConfig, coreServer } from '../request/core-config.ts';
import { Exchange, type Incoming, type LiveSite, type RequestBody } from '../request/exchange.ts';
import { type EarlyError, serve } from '../request/serve.ts';
import { type Answer, type Sent, type Transport, type Tunnel, UnsafeAnswer } from '../request/transport.ts';
import { plainAddress } from '../request/vhosts.ts';
import { BodyError } from '../wire/body.ts';
import { CloseDecoder, createBodyDecoder } from '../wire/body-decoder.ts';
import { asksKeepAlive } from '../wire/connection-tokens.ts';
import { HeaderList } from '../wire/header-list.ts';
import { MessageError } from '../wire/message-error.ts';
import { reasonPhrase } from '../wire/reason.ts';
import { type RequestHead, type RequestLimits, RequestParser } from '../wire/request-parser.ts';
import { writeResponseHead } from '../wire/serialize.ts';
import { type AnswerFraming, addBeforeType, frameAnswer, setPersistence } from './answer-framing.ts';
import { AnswerSender } from './answer-sender.ts';
import type { ConnectionOwner, OwnedConnection, ServingSite } from './connection-owner.ts';
import { HeldInput } from './held-input.ts';
import { incomingOf, incomingOfError } from './incoming.ts';
import { type BodyOwner, RequestBodySource } from './request-body.ts';
import { SocketTunnel } from './tunnel.ts';

type State = 'idle' | 'head' | 'answering' | 'skipping' | 'tunnel' | 'lingering' | 'closed';

const NEVER: number = Number.POSITIVE_INFINITY;
const DEFAULT_TIMEOUT = 60_000;
const DEFAULT_KEEP_ALIVE_TIMEOUT = 5000;
const DEFAULT_KEEP_ALIVE_REQUESTS = 100;
/** What is skipped of a body nobody read, before closing is cheaper than going on. */
const MOST_SKIPPED = 1 << 20;
/** How long a client may take to notice that the connection is over; as Apache's lingering close. */
const LINGER_MS = 2000;
const LONGEST_LINGER_MS = 30_000;
/** Half-closed and tunnelled peers are probed, since nothing else tells that they are gone. */
const PROBE_MS = 30_000;
const HTTP_1_1 = 1001;

const NOT_SENT: Sent = { bytes: 0, wireBytes: 0, complete: false };
const NO_FIELDS = new HeaderList();

export class Connection implements Transport, OwnedConnection, BodyOwner {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly secure: boolean;
  served = 0;

  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #sender: AnswerSender;
  readonly #input: HeldInput;
  #parser: RequestParser;
  #parserSite: LiveSite;
  #state: State = 'idle';
  /** The client has sent its last byte; it may still wait for answers. */
  #isInputOver = false;
  #readDeadline: number = NEVER;
  #writeDeadline: number = NEVER;
  #lingerUntil: number = NEVER;

  // The request under way.
  #site: ServingSite | undefined = undefined;
  #exchange: Exchange | undefined = undefined;
  #head: RequestHead | undefined = undefined;
  #timeout: number = DEFAULT_TIMEOUT;
  #body: RequestBodySource | undefined = undefined;
  #isReadingBody = false;
  #mayContinue = true;
  #isAnswered = false;
  #staysOpen = false;
  #isLooking = false;
  #keepAliveTimeout: number = DEFAULT_KEEP_ALIVE_TIMEOUT;
  #tunnel: SocketTunnel | undefined = undefined;
  readonly #goneCallbacks: (() => void)[] = [];

  constructor(socket: Socket, owner: ConnectionOwner, secure = false) {
    this.#socket = socket;
    this.#owner = owner;
    this.#sender = new AnswerSender(socket);
    this.#input = new HeldInput(socket);
    this.secure = secure;
    this.remoteAddress = plainAddress(socket.remoteAddress ?? '');
    this.remotePort = socket.remotePort ?? 0;
    this.localAddress = plainAddress(socket.localAddress ?? '');
    this.localPort = socket.localPort ?? 0;
    this.#parserSite = owner.site.live;
    this.#parser = this.#newParser();
    this.#readDeadline = Date.now() + this.#timeout;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('end', () => this.#onEnd());
    socket.on('drain', () => this.#onDrain());
    // A reset or a broken pipe: 'close' follows and does the work.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#onClose());
  }

  #newParser(): RequestParser {
    const core = coreServer(this.#defaultServer());
    this.#timeout = core.timeout || DEFAULT_TIMEOUT;
    return new RequestParser(limitsOf(core));
  }

  /** The first virtual host of the address: its limits apply before a request names another. */
  #defaultServer(): LiveSite['main'] {
    return this.#parserSite.findServer(this.localAddress, this.localPort, '');
  }

  #onData(chunk: Buffer): void {
    if (this.#state === 'lingering' || this.#state === 'closed') {
      this.#readDeadline = Math.min(Date.now() + LINGER_MS, this.#lingerUntil);
      return;
    }
    this.#input.add(chunk);
    this.#look();
  }

  /**
   * Looks at what is held, as far as the state allows, and lets the socket rest or go on. A loop: requests that came
   * together and are answered at once must not pile up on the stack.
   */
  #look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    let goesOn = true;
    while (goesOn) {
      const { size } = this.#input;
      const state = this.#state;
      if (state === 'idle' || state === 'head') this.#readHead();
      else this.#readBody();
      const isNew = this.#state !== state;
      // A body of which nothing is here yet is looked at too: its time to come begins, or its client has ended.
      goesOn = this.#input.isEmpty ? isNew && this.#body !== undefined : isNew || this.#input.size < size;
    }
    this.#isLooking = false;
    if (this.#isInputOver && this.#input.isEmpty) this.#endWithoutHead();
    if (this.#state !== 'closed') this.#input.restOrGoOn();
  }

  #readHead(): void {
    const { bytes } = this.#input;
    if (bytes === undefined) return;
    if (this.#state === 'idle') this.#awaitHead();
    const result = this.#parser.feed(bytes, this.#input.at);
    if (result === undefined) {
      this.#input.clear();
      // A stray line break between requests is not the beginning of one.
      if (!this.#parser.isInsideHead) this.#state = 'idle';
    } else if (result instanceof MessageError) {
      this.#input.clear();
      this.#refuse(result);
    } else {
      this.#input.consume(this.#parser.position);
      if (result.version === '0.9' && coreServer(this.#defaultServer()).protocolOptions?.allow09 === false)
        this.#refuse(new MessageError(400, 'wire/version'));
      else this.#begin(result);
    }
  }

  #awaitHead(): void {
    this.#state = 'head';
    const { live } = this.#owner.site;
    if (live !== this.#parserSite) {
      this.#parserSite = live;
      this.#parser = this.#newParser();
    }
    this.#readDeadline = Date.now() + this.#timeout;
  }

  #readBody(): void {
    const body = this.#body;
    if (body === undefined || this.#isReadingBody) return;
    this.#isReadingBody = true;
    const input = this.#input;
    while (input.bytes !== undefined && body.wantsBytes) input.consume(body.read(input.bytes, input.at));
    this.#isReadingBody = false;
    if (this.#isInputOver && input.isEmpty) body.closeInput();
    if (body.isBroken && body.isBeingRead) this.#sender.abort();
    this.#readDeadline = body.wantsBytes && this.#state !== 'tunnel' ? Date.now() + this.#timeout : NEVER;
    if (this.#state === 'skipping') this.#goOn();
  }

  /** Ends a body here. An answer that is made from it ends with it: nobody can say what it would have become. */
  #breakBody(status: number, message: string): void {
    const body = this.#body;
    if (body === undefined) return;
    body.break(new BodyError(status, message));
    if (body.isBeingRead) this.#sender.abort();
  }

  onBodyStarted(): void {
    if (this.#head?.expect === 'continue') this.interim(100, reasonPhrase(100), NO_FIELDS);
  }

  onBodyWanted(): void {
    if (this.#isReadingBody) return;
    this.#look();
  }

  /** The client has ended its direction. Node says so even while the socket rests and bytes wait here. */
  #onEnd(): void {
    this.#isInputOver = true;
    if (this.#state === 'lingering') {
      this.#socket.destroySoon();
      return;
    }
    this.#socket.setKeepAlive(true, PROBE_MS);
    this.#look();
  }

  /** No head will come any more. */
  #endWithoutHead(): void {
    if (this.#state === 'head') this.#refuse(new MessageError(400, 'wire/request-line'));
    else if (this.#state === 'idle') this.#linger();
  }

  #begin(head: RequestHead): void {
    this.#head = head;
    this.#body = head.body.kind === 'none' ? undefined : this.#newBody(head);
    const early = head.expect === 'unknown' ? { status: 417 } : undefined;
    this.#serve(incomingOf(head, this.#requestBody(head)), head.host ?? '', early);
  }

  #newBody(head: RequestHead): RequestBodySource {
    const isCoded = head.body.kind === 'chunked' && head.body.coded;
    const refusal = isCoded ? new BodyError(501, 'unknown transfer coding in the request') : undefined;
    return new RequestBodySource(this, createBodyDecoder(head.body, this.#parser.limits), refusal);
  }

  #requestBody(head: RequestHead): RequestBody | undefined {
    if (this.#body === undefined) return undefined;
    return {
      source: this.#body,
      length: head.body.kind === 'length' ? head.body.length : undefined,
      expectsContinue: head.expect === 'continue',
    };
  }

  /** A head that cannot be read is answered, and is the last one on this connection. */
  #refuse(error: MessageError): void {
    this.#head = undefined;
    this.#body = undefined;
    const early = error.note === '' ? { status: error.status } : { status: error.status, note: error.note };
    this.#serve(incomingOfError(error), '', early);
  }

  #serve(incoming: Incoming, hostname: string, early: EarlyError | undefined): void {
    this.#state = 'answering';
    this.#readDeadline = NEVER;
    this.#isAnswered = false;
    this.#staysOpen = false;
    this.#mayContinue = true;
    const { site } = this.#owner;
    this.#site = site;
    site.enter();
    const server = site.live.findServer(this.localAddress, this.localPort, hostname);
    this.#timeout = coreServer(server).timeout || DEFAULT_TIMEOUT;
    const x = new Exchange(site.live, server, this, incoming, Date.now());
    this.#exchange = x;
    const sent = guard<Sent | undefined>(() => serve(x, early), this.#onDefect);
    if (sent instanceof Promise) sent.then(this.#onServed);
    else this.#onServed(sent);
  }

  readonly #onServed = (sent: Sent | undefined): void => {
    if (sent === undefined) return;
    this.#leaveSite();
    this.#exchange = undefined;
    this.#goneCallbacks.length = 0;
    if (this.#state === 'closed' || this.#state === 'tunnel') return;
    if (!this.#isAnswered) {
      this.#socket.destroy();
      return;
    }
    this.served += 1;
    this.#body?.abort();
    if (!this.#staysOpen || !sent.complete) {
      this.#linger();
      return;
    }
    this.#state = 'skipping';
    this.#look();
    if (this.#state === 'skipping') this.#goOn();
  };

  /** serve() does not fail; were it to, this connection alone would pay for it. */
  readonly #onDefect = (): undefined => {
    this.#leaveSite();
    this.#socket.destroy();
    return undefined;
  };

  #leaveSite(): void {
    if (this.#state === 'tunnel') return;
    this.#site?.leave();
    this.#site = undefined;
  }

  /** After the answer: the rest of the body is skipped, then the next request is read. */
  #goOn(): void {
    const body = this.#body;
    if (body !== undefined && !body.isOver) {
      if (body.isBroken || body.discarded > MOST_SKIPPED) this.#linger();
      return;
    }
    this.#body = undefined;
    this.#head = undefined;
    this.#state = 'idle';
    this.#readDeadline = Date.now() + this.#keepAliveTimeout;
    if (this.#owner.isDraining && this.#input.isEmpty) this.#linger();
    else this.#look();
  }

  interim(status: number, reason: string, headers: HeaderList): void {
    const x = this.#exchange;
    if (x === undefined || this.#isAnswered || x.protocol < HTTP_1_1 || !this.#socket.writable) return;
    if (status === 100) {
      if (!this.#mayContinue) return;
      this.#mayContinue = false;
    }
    const head = writeResponseHead(status, reason, headers);
    if (typeof head === 'string') this.#socket.write(head, 'latin1');
  }

  send(answer: Answer): Soon<Sent> {
    const x = this.#exchange;
    if (x === undefined || this.#isAnswered || !this.#socket.writable) {
      abortSource(answer.body);
      return NOT_SENT;
    }
    const frame = frameAnswer(answer, x.protocol);
    this.#staysOpen = this.#decideToStay(answer, frame.framing, coreServer(x.server));
    if (frame.framing === 'chunked') addBeforeType(answer.headers, 'Transfer-Encoding', 'chunked');
    const head =
      frame.framing === 'bare' ? '' : writeResponseHead(answer.status, answer.reason, answer.headers);
    if (typeof head !== 'string') {
      throw new UnsafeAnswer(`the ${head.part} of ${JSON.stringify(head.text)}`);
    }
    this.#isAnswered = true;
    return this.#sender.send(head, answer.bodiless ? undefined : answer.body, frame);
  }

  #decideToStay(answer: Answer, framing: AnswerFraming, core: CoreServerConfig): boolean {
    const head = this.#head;
    this.#keepAliveTimeout = core.keepAliveTimeout ?? DEFAULT_KEEP_ALIVE_TIMEOUT;
    return setPersistence(answer, framing, {
      keepAlive: head?.keepAlive ?? false,
      asked: head !== undefined && asksKeepAlive(head.headers),
      enabled: core.keepAlive ?? true,
      timeout: this.#keepAliveTimeout,
      most: core.maxKeepAliveRequests ?? DEFAULT_KEEP_ALIVE_REQUESTS,
      served: this.served,
      mustClose: this.#owner.isDraining || this.#mustCloseForBody(),
    });
  }

  /** A body that was never asked for, is broken, or is long to skip: the next request cannot be found. */
  #mustCloseForBody(): boolean {
    // Apache: the client may send what it was not asked for, or nothing at all.
    if (this.#head?.expect === 'continue' && this.#mayContinue) return true;
    const body = this.#body;
    if (body === undefined || body.isOver) return false;
    // differs: the same holds where an expectation is refused that nobody knows; Apache waits for the body.
    if (body.isBroken || this.#head?.expect === 'unknown') return true;
    return this.#head?.body.kind === 'length' && this.#head.body.length > MOST_SKIPPED && !body.isBeingRead;
  }

  #onDrain(): void {
    this.#writeDeadline = NEVER;
    this.#sender.drained();
    this.#tunnel?.drained();
  }

  upgrade(headers: HeaderList): Tunnel {
    if (this.#body !== undefined && !this.#body.isOver) {
      throw new Error('a connection cannot be upgraded before the body of the request is read');
    }
    const head = writeResponseHead(101, reasonPhrase(101), headers);
    if (typeof head !== 'string') throw new UnsafeAnswer(`the ${head.part} of ${JSON.stringify(head.text)}`);
    const incoming = new RequestBodySource(this, new CloseDecoder());
    this.#body = incoming;
    this.#tunnel = new SocketTunnel(this.#socket, incoming);
    this.#isAnswered = true;
    this.#state = 'tunnel';
    this.#socket.setKeepAlive(true, PROBE_MS);
    if (this.#socket.writable) this.#socket.write(head, 'latin1');
    return this.#tunnel;
  }

  drop(): void {
    this.#socket.destroy();
  }

  onClientGone(callback: () => void): () => void {
    if (this.#state === 'closed') {
      callback();
      return () => undefined;
    }
    const callbacks = this.#goneCallbacks;
    callbacks.push(callback);
    return () => {
      const at = callbacks.indexOf(callback);
      if (at >= 0) callbacks.splice(at, 1);
    };
  }

  onTick(now: number): void {
    if (this.#socket.writableNeedDrain && this.#state !== 'tunnel') this.#checkProgress(now);
    if (now < this.#readDeadline) return;
    this.#readDeadline = NEVER;
    if (this.#state === 'head') this.#refuse(new MessageError(408, 'wire/request-line'));
    else if (this.#state === 'answering') this.#breakBody(408, 'the request body did not come in time');
    else if (this.#state === 'idle') this.#linger();
    else this.#socket.destroy();
  }

  /** A client that takes nothing at all for Timeout is given up; each 'drain' begins anew. */
  #checkProgress(now: number): void {
    if (this.#writeDeadline === NEVER) this.#writeDeadline = now + this.#timeout;
    else if (now >= this.#writeDeadline) this.#socket.destroy();
  }

  /** The server stops: a connection without a request closes, the others after the answer under way. */
  drain(): void {
    if (this.#state === 'idle') this.#linger();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /**
   * Closes our direction and reads on for a moment: closing outright with unread bytes would reset the connection
   * and could destroy the answer on its way (RFC 9112 section 9.6).
   */
  #linger(): void {
    if (this.#state === 'closed' || this.#state === 'lingering') return;
    this.#state = 'lingering';
    this.#input.clear();
    this.#body = undefined;
    const now = Date.now();
    this.#readDeadline = now + LINGER_MS;
    this.#lingerUntil = now + LONGEST_LINGER_MS;
    if (this.#socket.writableLength > 0) this.#readDeadline = now + this.#timeout;
    if (this.#isInputOver) this.#socket.destroySoon();
    else this.#socket.end();
    this.#input.restOrGoOn();
  }

  #onClose(): void {
    const wasTunnel = this.#state === 'tunnel';
    this.#state = 'closed';
    this.#input.clear();
    this.#readDeadline = this.#writeDeadline = NEVER;
    if (wasTunnel && this.#exchange === undefined) this.#leaveSite();
    this.#body?.break(new BodyError(400, 'the client has gone'));
    this.#sender.closed();
    for (const callback of this.#goneCallbacks.splice(0)) callback();
    this.#owner.connectionClosed(this);
  }
}

function limitsOf(core: CoreServerConfig): RequestLimits {
  return {
    requestLine: core.limitRequestLine ?? 8190,
    fieldSize: core.limitRequestFieldSize ?? 8190,
    fields: core.limitRequestFields ?? 100,
    blankLines: 10,
  };
}

function abortSource(body: Answer['body']): void {
  if (typeof body === 'object' && !Buffer.isBuffer(body)) body.abort();
}
