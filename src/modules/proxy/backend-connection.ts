// One connection to a backend: requests go out as bytes, responses come in as heads and bodies. Owns the socket and
// its states; which request it carries is its user's business, what happens to it between requests its pool's.
//
//   connecting ─> (handshake ─>) idle ─ begin ─> head ─ final head ─> body ─ complete ─> idle (back in the pool)
//        │          │               ├── 101 ─────────> tunnel
//        └──────────┴───────────────┴── lost, extra bytes, deadline ──────> closed

import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type BodyDecoder, createBodyDecoder } from '../../wire/body-decoder.ts';
import {
  RESPONSE_LIMITS,
  ResponseError,
  type ResponseHead,
  ResponseParser,
} from '../../wire/response-parser.ts';
import type { PeerFault } from '../ssl/index.ts';
import { BackendBody, type BodyFeeder } from './backend-body.ts';
import type { ConnectionOwner, ConnectionUser, Loss, RequestCarrier, RequestStart } from './backend-roles.ts';
import { bytesRead, isLookupError, openSocket } from './backend-socket.ts';
import { BackendTunnel, IdleTunnel, type TunnelHost } from './backend-tunnel.ts';
import type { Timed } from './deadlines.ts';
import { checkAnswerer, isWatched, wasCut } from './secure-socket.ts';

/** Bodies up to this size are handed over as text, so that they leave in one piece with their head. */
const LARGEST_TEXT = 16 * 1024;

type State = 'connecting' | 'handshake' | 'idle' | 'head' | 'body' | 'tunnel' | 'closed';

export class BackendConnection implements Timed, BodyFeeder, RequestCarrier, TunnelHost {
  deadlineAt = 0;
  carried = 0;
  localPort: number | undefined = undefined;
  /** When it became idle, on the clock of the deadlines. */
  idleSince = 0;

  readonly #socket: Socket;
  readonly #owner: ConnectionOwner<BackendConnection, ConnectionUser>;
  readonly #parser: ResponseParser;
  #user: ConnectionUser | undefined;
  #state: State = 'connecting';
  #error: NodeJS.ErrnoException | undefined = undefined;
  #heard = false;
  #isRequestSent = false;
  #isLast = false;
  #mayReuse = false;
  #decoder: BodyDecoder | undefined = undefined;
  #body: BackendBody | undefined = undefined;
  #tunnel: BackendTunnel | undefined = undefined;
  #wantsMore = true;

  constructor(owner: ConnectionOwner<BackendConnection, ConnectionUser>, user: ConnectionUser) {
    this.#owner = owner;
    this.#user = user;
    this.#parser = new ResponseParser(owner.badHeader, { ...RESPONSE_LIMITS, fieldSize: owner.fieldSize });
    this.deadlineAt = owner.after(owner.connectTimeout);
    this.#socket = openSocket(owner.origin, {
      keepAlive: owner.keepAlive,
      tls: owner.tls,
      connectTimeout: owner.connectTimeout,
      findAddresses: owner.findAddresses,
      sourceAddress: owner.sourceAddress,
      onRead: (size) => this.#onRead(size),
    });
    this.#socket.on('connect', () => this.#onConnect());
    if (owner.tls !== undefined) this.#socket.on('secureConnect', () => this.#onSecured());
    this.#socket.on('end', () => this.#onEnd());
    this.#socket.on('drain', () => this.#onDrain());
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#error = error;
    });
    this.#socket.on('close', () => this.#onClose());
  }

  get isUsable(): boolean {
    return this.#state === 'idle';
  }

  /** The address at the other end. */
  get peer(): string | undefined {
    return this.#socket.remoteAddress;
  }

  #onConnect(): void {
    if (this.#state !== 'connecting') return;
    if (this.#owner.tls === undefined) {
      this.#becomeReady();
      return;
    }
    this.#state = 'handshake';
    this.#arm();
  }

  #onSecured(): void {
    const { origin, tls } = this.#owner;
    if (this.#state !== 'handshake') return;
    const fault = checkAnswerer(this.#socket as TLSSocket, origin, tls!);
    if (fault === undefined) this.#becomeReady();
    else this.#lose('handshake', fault);
  }

  #becomeReady(): void {
    this.#state = 'idle';
    this.deadlineAt = 0;
    this.localPort = this.#socket.localPort;
    this.#owner.connected(this);
    this.#user?.onReady(this);
  }

  /** Gives an idle connection to its next user. */
  assign(user: ConnectionUser): void {
    this.#user = user;
    this.deadlineAt = 0;
  }

  begin(method: string, bytes: string, { isWhole, isLast }: RequestStart): boolean {
    this.#state = 'head';
    this.#heard = false;
    this.#parser.expect(method);
    this.#isRequestSent = isWhole;
    this.#isLast = isLast;
    if (isWhole) this.#arm();
    return this.#socket.write(bytes, 'latin1');
  }

  write(bytes: Buffer | string): boolean {
    const goesOn =
      typeof bytes === 'string' ? this.#socket.write(bytes, 'latin1') : this.#socket.write(bytes);
    if (!goesOn) this.#arm();
    return goesOn;
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  finishRequest(): void {
    this.#isRequestSent = true;
    if (this.#state === 'head') this.#arm();
  }

  giveUp(): void {
    const body = this.#body;
    this.#user = undefined;
    this.#body = undefined;
    this.#close();
    body?.fail(new Error('the request broke off'));
  }

  get timeout(): number {
    return this.#owner.timeout;
  }

  after(duration: number): number {
    return this.#owner.after(duration);
  }

  #arm(): void {
    this.deadlineAt = this.#owner.after(this.#owner.timeout);
  }

  #onDrain(): void {
    if (this.#state === 'closed') return;
    if (!this.#isRequestSent && this.#state !== 'body') this.deadlineAt = 0;
    this.#user?.onDrain();
    this.#tunnel?.drained();
  }

  #onRead(size: number): boolean {
    switch (this.#state) {
      case 'head':
        this.#heard = true;
        if (this.#isRequestSent) this.#arm();
        return this.#readHead(bytesRead(size));
      case 'body':
        this.#arm();
        return this.#readBody(bytesRead(size));
      case 'tunnel':
        this.#tunnel!.read(bytesRead(size));
        return !this.#tunnel!.isPaused;
      default:
        // Nobody asked: whatever this is, it must never be taken for the answer to a later request.
        this.#close();
        return true;
    }
  }

  #readHead(bytes: Buffer): boolean {
    let at = 0;
    while (at < bytes.length && this.#state === 'head') {
      const head = this.#parser.feed(bytes, at);
      if (head === undefined) return true;
      at = this.#parser.position;
      if (head instanceof ResponseError) return this.#refuseHead(head);
      if (head.status === 101) return this.#switch(head, head.leftover ?? bytes.subarray(at));
      if (head.status >= 200) return this.#beginBody(head, bytes, at);
      this.#user?.onInterim(head);
    }
    return true;
  }

  /** From here on bytes are no messages; those that came with the head wait for whoever opens the tunnel. */
  #switch(head: ResponseHead, bytes: Buffer): boolean {
    const tunnel = new BackendTunnel(this.#socket, this);
    this.#state = 'tunnel';
    this.#tunnel = tunnel;
    this.deadlineAt = 0;
    if (bytes.length > 0) tunnel.read(bytes);
    this.#user?.onSwitch(head, tunnel);
    return !tunnel.isPaused;
  }

  #refuseHead(error: ResponseError): boolean {
    const user = this.#takeUser();
    this.#close();
    user?.onBadHead(error);
    return true;
  }

  #takeUser(): ConnectionUser | undefined {
    const user = this.#user;
    this.#user = undefined;
    return user;
  }

  #beginBody(head: ResponseHead, bytes: Buffer, at: number): boolean {
    const { body, leftover } = head;
    this.#mayReuse = head.keepAlive && !this.#isLast;
    if (body.kind === 'none') {
      this.#answerWhole(head, undefined, at === bytes.length);
      return true;
    }
    if (body.kind === 'length' && body.length <= LARGEST_TEXT && leftover === undefined) {
      const end = at + body.length;
      if (end <= bytes.length) {
        this.#answerWhole(head, bytes.toString('latin1', at, end), end === bytes.length);
        return true;
      }
    }
    if (body.kind === 'close' && this.#owner.tls !== undefined && this.#turnsToWatching()) return true;
    return this.#streamBody(head, leftover ?? bytes, leftover === undefined ? at : 0);
  }

  /**
   * Over TLS somebody on the way can end a connection, and with it a body that nothing else ends. From now on that is
   * seen with this backend; the request that has shown it is sent again, where it may be.
   */
  #turnsToWatching(): boolean {
    const { origin, tls } = this.#owner;
    if (isWatched(this.#socket)) return false;
    tls!.unframed.add(origin.key);
    const user = this.#user;
    if (user?.mayAskAgain?.() !== true) return false;
    this.#user = undefined;
    this.#close();
    user.onLost({ kind: 'closed', error: undefined, heard: true, isUnframed: true });
    return true;
  }

  /** The response is complete; the connection is free before its user hears of it. */
  #answerWhole(head: ResponseHead, content: string | Buffer | undefined, isClean: boolean): void {
    const user = this.#takeUser();
    const wasSent = this.#isRequestSent;
    this.#afterResponse(isClean);
    if (!wasSent) user?.onStop();
    user?.onResponse(head, content);
  }

  /** Back to the pool, or closed where anything is left over or still to be sent. */
  #afterResponse(isClean: boolean): void {
    this.#decoder = undefined;
    this.#body = undefined;
    if (!isClean || !this.#mayReuse || !this.#isRequestSent) {
      this.#close();
      return;
    }
    this.#state = 'idle';
    this.#error = undefined;
    this.deadlineAt = 0;
    this.carried += 1;
    this.#owner.released(this);
  }

  #streamBody(head: ResponseHead, bytes: Buffer, at: number): boolean {
    const decoder = createBodyDecoder(head.body);
    const body = new BackendBody(this);
    this.#state = 'body';
    this.#decoder = decoder;
    this.#body = body;
    this.#wantsMore = true;
    const end = at < bytes.length ? decoder.decode(bytes, at, this.#take) : at;
    if (decoder.done) {
      const whole = body.takeWaiting();
      const content = whole.length <= LARGEST_TEXT ? whole.toString('latin1') : whole;
      this.#answerWhole(head, content, end === bytes.length);
      return true;
    }
    const user = this.#user;
    if (decoder.error !== undefined) this.#failBody(new Error('malformed chunked body from the backend'));
    user?.onResponse(head, body);
    return this.#wantsMore;
  }

  readonly #take = (bytes: Buffer, from: number, to: number): void => {
    // The buffer is every connection's: what is kept has to be copied.
    if (this.#body?.push(Buffer.from(bytes.subarray(from, to))) === false) this.#wantsMore = false;
  };

  #readBody(bytes: Buffer): boolean {
    const decoder = this.#decoder!;
    const end = decoder.decode(bytes, 0, this.#take);
    if (this.#state !== 'body') return true;
    if (decoder.error !== undefined) {
      this.#failBody(new Error('malformed chunked body from the backend'));
      return true;
    }
    if (decoder.done) {
      this.#endBody(end === bytes.length);
      return true;
    }
    if (!this.#wantsMore) this.deadlineAt = 0;
    return this.#wantsMore;
  }

  #endBody(isClean: boolean): void {
    const body = this.#body;
    const user = this.#takeUser();
    const wasSent = this.#isRequestSent;
    this.#afterResponse(isClean);
    if (!wasSent) user?.onStop();
    body?.end();
  }

  #failBody(error: Error): void {
    const body = this.#body;
    const user = this.#takeUser();
    this.#body = undefined;
    this.#close();
    user?.onStop();
    body?.fail(error);
  }

  pauseBody(): void {
    if (this.#state !== 'body') return;
    this.#wantsMore = false;
    this.deadlineAt = 0;
    this.#socket.pause();
  }

  resumeBody(): void {
    if (this.#state !== 'body' || this.#wantsMore) return;
    this.#wantsMore = true;
    this.#arm();
    this.#socket.resume();
  }

  abandonBody(): void {
    if (this.#state !== 'body') return;
    const user = this.#takeUser();
    this.#body = undefined;
    this.#close();
    user?.onStop();
  }

  #onEnd(): void {
    if (this.#state === 'tunnel') this.#tunnel!.ended();
    else if (this.#state === 'body' && !wasCut(this.#socket) && this.#decoder?.close() === true)
      this.#endBody(false);
    else if (this.#state === 'handshake') this.#lose('handshake');
    else this.#lose('closed');
  }

  onDeadline(): void {
    if (this.#state === 'connecting') this.#lose('connect');
    else if (this.#state === 'handshake') this.#loseHandshake();
    else if (this.#state === 'idle') this.#close();
    else if (this.#tunnel?.fail(new IdleTunnel('nothing moved for too long')) !== true) this.#lose('timeout');
  }

  #loseHandshake(): void {
    this.#error ??= Object.assign(new Error('the handshake has timed out'), { code: 'ETIMEDOUT' });
    this.#lose('handshake');
  }

  #onClose(): void {
    if (this.#state === 'connecting') this.#lose(isLookupError(this.#error) ? 'lookup' : 'connect');
    else if (this.#state === 'handshake') this.#lose('handshake');
    else this.#lose('closed');
  }

  #lose(kind: Loss['kind'], fault?: PeerFault): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'body') {
      this.#failBody(
        this.#error ?? new Error(kind === 'timeout' ? 'the backend is silent' : 'the backend closed'),
      );
      return;
    }
    const user = this.#takeUser();
    const tunnel = this.#tunnel;
    this.#close();
    if (tunnel?.isOpened === true) {
      tunnel.fail(this.#error ?? new Error('the backend closed'));
      return;
    }
    const loss: Loss = { kind, error: this.#error, heard: this.#heard, fault };
    if (user !== undefined && kind === 'connect' && this.#owner.mayTryAgain(user, loss)) return;
    user?.onStop();
    user?.onLost(loss);
  }

  #close(): void {
    if (this.#state === 'closed') return;
    // Over TLS, an end is told where nothing else is under way.
    const isQuiet = this.#state === 'idle' && this.#owner.tls !== undefined;
    this.#state = 'closed';
    this.deadlineAt = 0;
    if (isQuiet) this.#socket.destroySoon();
    else this.#socket.destroy();
    this.#owner.closed(this);
  }

  /** Ends an idle connection. */
  destroy(): void {
    this.#close();
  }
}
