// One connection to a FastCGI application: a request goes out as records, records come back. Owns the socket and its
// states; what the output means is its user's business, what happens between requests its pool's.
//
//   connecting ─> idle ─ begin ─> busy ─ end of the request ─> idle (back in the pool)
//        │          │               │
//        └──────────┴───────────────┴── lost, a fault, extra bytes, deadline ──> closed

import type { Socket } from 'node:net';
import { FcgiReader, type FcgiSink } from '../../../wire/fastcgi-reader.ts';
import { endOfStream, FCGI, FCGI_MOST_CONTENT, recordHeader } from '../../../wire/fastcgi-records.ts';
import type { ConnectionOwner, Loss } from '../backend-roles.ts';
import { bytesRead, isLookupError, openSocket } from '../backend-socket.ts';
import type { Pooled, Protocol } from '../pool.ts';
import type { FcgiCarrier, FcgiUser } from './roles.ts';

type State = 'connecting' | 'idle' | 'busy' | 'closed';

export class FcgiConnection implements Pooled<FcgiUser>, FcgiCarrier, FcgiSink {
  deadlineAt = 0;
  idleSince = 0;
  isReused = false;

  readonly #socket: Socket;
  readonly #owner: ConnectionOwner<FcgiConnection, FcgiUser>;
  readonly #reader: FcgiReader = new FcgiReader();
  #user: FcgiUser | undefined;
  #state: State = 'connecting';
  #error: NodeJS.ErrnoException | undefined = undefined;
  #isKept = false;
  #isInputSent = false;
  #isPaused = false;

  constructor(owner: ConnectionOwner<FcgiConnection, FcgiUser>, user: FcgiUser) {
    this.#owner = owner;
    this.#user = user;
    this.deadlineAt = owner.after(owner.connectTimeout);
    this.#socket = openSocket(owner.origin, {
      keepAlive: owner.keepAlive,
      connectTimeout: owner.connectTimeout,
      findAddresses: owner.findAddresses,
      sourceAddress: owner.sourceAddress,
      onRead: (size) => this.#onRead(bytesRead(size)),
    });
    this.#socket.on('connect', () => this.#onConnect());
    this.#socket.on('end', () => this.#lose('closed'));
    this.#socket.on('drain', () => this.#onDrain());
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#error = error;
    });
    this.#socket.on('close', () => this.#onClose());
  }

  get isUsable(): boolean {
    return this.#state === 'idle';
  }

  get peer(): string | undefined {
    return this.#socket.remoteAddress;
  }

  #onConnect(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'idle';
    this.deadlineAt = 0;
    this.#owner.connected(this);
    this.#user?.onReady(this);
  }

  assign(user: FcgiUser): void {
    this.#user = user;
    this.deadlineAt = 0;
  }

  begin(records: string, keeps: boolean): void {
    this.#state = 'busy';
    this.#reader.reset();
    this.#isKept = keeps;
    this.#isInputSent = false;
    this.#isPaused = false;
    this.#socket.write(records, 'latin1');
  }

  write(bytes: Buffer | string): boolean {
    if (this.#state !== 'busy') return false;
    const content = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    let goesOn = true;
    this.#socket.cork();
    for (let at = 0; at < content.length; at += FCGI_MOST_CONTENT) {
      const piece = content.subarray(at, at + FCGI_MOST_CONTENT);
      this.#socket.write(recordHeader(FCGI.stdin, piece.length), 'latin1');
      goesOn = this.#socket.write(piece);
    }
    this.#socket.uncork();
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
    if (this.#state !== 'busy') return;
    this.#isInputSent = true;
    this.#arm();
    this.#socket.write(endOfStream(FCGI.stdin), 'latin1');
  }

  giveUp(): void {
    this.#user = undefined;
    this.#close();
  }

  #arm(): void {
    this.deadlineAt = this.#owner.after(this.#owner.timeout);
  }

  #onDrain(): void {
    if (this.#state !== 'busy') return;
    // What a slow client has not sent yet is not the application's delay.
    if (!this.#isInputSent) this.deadlineAt = 0;
    this.#user?.onDrain();
  }

  /** False lets the socket rest. */
  #onRead(bytes: Buffer): boolean {
    if (this.#state !== 'busy') {
      // Nobody asked: whatever this is, it must never be taken for the answer to a later request.
      this.#close();
      return true;
    }
    if (this.#isInputSent) this.#arm();
    const end = this.#reader.feed(bytes, this);
    if (!this.#isBusy()) return true;
    if (this.#reader.end !== undefined) this.#endRequest(this.#reader.isOver && end === bytes.length);
    else if (this.#reader.fault !== undefined) this.#endByFault();
    else {
      this.#user?.onPause();
      if (this.#isPaused) this.deadlineAt = 0;
    }
    return !this.#isPaused;
  }

  /** Still, after somebody else's code has run. */
  #isBusy(): boolean {
    return this.#state === 'busy';
  }

  output(bytes: Buffer, from: number, to: number): void {
    if (this.#user?.onOutput(bytes, from, to) === false) this.#isPaused = true;
  }

  outputEnd(): void {
    this.#user?.onOutputEnd();
  }

  complaint(bytes: Buffer, from: number, to: number): void {
    this.#user?.onComplaint(bytes.toString('latin1', from, to));
  }

  strange(type: number): void {
    this.#user?.onStrange(type);
  }

  /** The connection is free, or closed, before its user hears of the end. */
  #endRequest(isClean: boolean): void {
    const end = this.#reader.end!;
    const user = this.#takeUser();
    this.#isPaused = false;
    if (!isClean || !this.#isKept || !this.#isInputSent) this.#close();
    else {
      this.#state = 'idle';
      this.isReused = true;
      this.#error = undefined;
      this.deadlineAt = 0;
      this.#owner.released(this);
    }
    user?.onEnd(end);
  }

  #endByFault(): void {
    const user = this.#takeUser();
    this.#close();
    user?.onFault(this.#reader.fault!);
  }

  #takeUser(): FcgiUser | undefined {
    const user = this.#user;
    this.#user = undefined;
    return user;
  }

  pauseBody(): void {
    if (this.#state !== 'busy') return;
    this.#isPaused = true;
    this.deadlineAt = 0;
    this.#socket.pause();
  }

  resumeBody(): void {
    if (this.#state !== 'busy' || !this.#isPaused) return;
    this.#isPaused = false;
    if (this.#isInputSent) this.#arm();
    this.#socket.resume();
  }

  abandonBody(): void {
    if (this.#state !== 'busy') return;
    const user = this.#takeUser();
    this.#close();
    user?.onStop();
  }

  onDeadline(): void {
    if (this.#state === 'connecting') this.#lose('connect');
    else if (this.#state === 'idle') this.#close();
    else this.#lose('timeout');
  }

  #onClose(): void {
    if (this.#state === 'connecting') this.#lose(isLookupError(this.#error) ? 'lookup' : 'connect');
    else this.#lose('closed');
  }

  #lose(kind: Loss['kind']): void {
    if (this.#state === 'closed') return;
    const user = this.#takeUser();
    const loss: Loss = { kind, error: this.#error, heard: false };
    this.#close();
    if (user !== undefined && kind === 'connect' && this.#owner.mayTryAgain(user, loss)) return;
    user?.onLost(loss);
  }

  #close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.deadlineAt = 0;
    this.#socket.destroy();
    this.#owner.closed(this);
  }

  destroy(): void {
    this.#close();
  }
}

/** FastCGI applications serve one request per connection unless the configuration says otherwise, as in Apache. */
export const FASTCGI: Protocol<FcgiUser, FcgiConnection> = {
  open: (owner, user) => new FcgiConnection(owner, user),
  reuses: false,
};
