// One connection to a backend that speaks HTTP/2, and the streams on it. Owns the socket, the session and their states;
// which requests it carries is its pool's business.
//
//   connecting ─> (handshake ─>) open ─ streams ─> open ─ GOAWAY, idle too long ─> leaving ─> closed
//        └──────────────┴──────────┴── lost, deadline ─────────────────────────────────────────┘

import { type ClientHttp2Session, connect as openHttp2 } from 'node:http2';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { BackendTls, PeerFault } from '../../ssl/index.ts';
import type { Loss } from '../backend-roles.ts';
import { type EndOptions, endOf, isLookupError, openWay } from '../backend-socket.ts';
import type { Timed } from '../deadlines.ts';
import type { HttpUser } from '../http-pools.ts';
import { checkAnswerer, openSecureSocket } from '../secure-socket.ts';
import type { Origin } from '../target.ts';
import { Http2Carrier, type StreamOwner } from './stream.ts';

/** Streams on one session where the other end allows more, or has not yet said how many. */
export const MOST_STREAMS = 100;

/** Bounds on a response's head: those of HTTP/1.1. */
const MOST_FIELDS = 5000;
const LARGEST_HEAD = 512 * 1024;

/** What a stream may send before it is asked for more, and all of them together. */
const STREAM_WINDOW = 256 * 1024;
const SESSION_WINDOW = 4 * 1024 * 1024;

/** The pool, as its sessions see it. */
export interface SessionOwner extends EndOptions {
  readonly origin: Origin;
  /** How TLS is spoken; undefined for plain bytes. */
  readonly tls: BackendTls | undefined;
  /** Milliseconds that the other end may be silent. */
  readonly timeout: number;
  readonly keepAlive: boolean;
  /** On the clock of the deadlines. */
  readonly now: number;
  /** A deadline for something that may take `duration`. */
  after(duration: number): number;
  /** The session can carry requests. */
  opened(session: Http2Session): void;
  /** A stream of the session is over. */
  freed(session: Http2Session): void;
  /** Something that has a deadline begins, or is over. */
  watch(timed: Timed): void;
  unwatch(timed: Timed): void;
  closed(session: Http2Session): void;
}

type State = 'connecting' | 'handshake' | 'open' | 'leaving' | 'closed';

export class Http2Session implements Timed, StreamOwner {
  deadlineAt = 0;
  /** When something was last heard from the other end, on the clock of the deadlines. */
  heardAt = 0;
  lastStream: number | undefined = undefined;
  error: NodeJS.ErrnoException | undefined = undefined;
  /** Users that wait for it to open. */
  readonly waiting: HttpUser[] = [];

  readonly #owner: SessionOwner;
  readonly #socket: Socket;
  #session: ClientHttp2Session | undefined = undefined;
  #state: State = 'connecting';
  #streams: Set<Http2Carrier> = new Set();
  #carried = 0;

  constructor(owner: SessionOwner, user: HttpUser) {
    this.#owner = owner;
    this.waiting.push(user);
    this.deadlineAt = owner.after(owner.connectTimeout);
    const end = { ...endOf(owner.origin, owner), keepAlive: owner.keepAlive, noDelay: true };
    const { tls } = owner;
    this.#socket = tls === undefined ? connect(end) : this.#openTls(tls, end);
    this.#socket.on('connect', () => this.#onConnect());
    if (tls !== undefined) this.#socket.on('secureConnect', () => this.#onSecured());
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error ??= error;
    });
    this.#socket.on('close', () => this.#onClose());
  }

  #openTls(tls: BackendTls, end: NetConnectOpts): Socket {
    const { origin } = this.#owner;
    if (origin.through === undefined) return openSecureSocket(origin, tls, end as ConnectionOptions, ['h2']);
    const way = openWay(origin, this.#owner);
    const socket = openSecureSocket(origin, tls, { socket: way }, ['h2']);
    way.once('connect', () => socket.emit('connect'));
    way.on('error', (error) => socket.destroy(error));
    return socket;
  }

  get origin(): Origin {
    return this.#owner.origin;
  }

  get timeout(): number {
    return this.#owner.timeout;
  }

  after(duration: number): number {
    return this.#owner.after(duration);
  }

  get peer(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get isOpening(): boolean {
    return this.#state === 'connecting' || this.#state === 'handshake';
  }

  /** Another stream may be begun. */
  get hasRoom(): boolean {
    if (this.#state !== 'open' || this.#session === undefined) return false;
    if (this.#session.closed || this.#session.destroyed) return false;
    return this.#streams.size < this.#mostStreams;
  }

  get #mostStreams(): number {
    const { maxConcurrentStreams = MOST_STREAMS } = this.#session!.remoteSettings;
    return Math.min(MOST_STREAMS, maxConcurrentStreams);
  }

  get isIdle(): boolean {
    return this.#state === 'open' && this.#streams.size === 0;
  }

  #onConnect(): void {
    if (this.#state !== 'connecting') return;
    if (this.#owner.tls === undefined) {
      this.#open();
      return;
    }
    this.#state = 'handshake';
    this.deadlineAt = this.#owner.after(this.#owner.timeout);
  }

  #onSecured(): void {
    if (this.#state !== 'handshake') return;
    const socket = this.#socket as TLSSocket;
    const fault = checkAnswerer(socket, this.origin, this.#owner.tls!) ?? checkProtocol(socket);
    if (fault === undefined) this.#open();
    else this.#loseAll('handshake', fault);
  }

  #open(): void {
    const { origin } = this.#owner;
    this.#state = 'open';
    this.deadlineAt = 0;
    const session = openHttp2(`${origin.isSecure ? 'https' : 'http'}://${origin.authority}`, {
      createConnection: () => this.#socket,
      maxHeaderListPairs: MOST_FIELDS,
      peerMaxConcurrentStreams: MOST_STREAMS,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW, maxHeaderListSize: LARGEST_HEAD },
    });
    this.#session = session;
    session.on('connect', () => {
      if (!session.destroyed) session.setLocalWindowSize(SESSION_WINDOW);
    });
    session.on('goaway', (_code: number, last: number) => this.#onGoaway(last));
    session.on('remoteSettings', () => this.#owner.freed(this));
    session.on('error', (error: NodeJS.ErrnoException) => {
      this.error ??= error;
    });
    session.on('close', () => this.#onClose());
    this.#owner.opened(this);
  }

  /** Begins a stream for `user`. */
  carry(user: HttpUser): void {
    const carrier = new Http2Carrier(this.#session!, this, user, this.#carried);
    this.#carried += 1;
    this.deadlineAt = 0;
    this.#streams.add(carrier);
    this.#owner.watch(carrier);
    user.onReady(carrier);
  }

  heard(): void {
    this.heardAt = this.#owner.now;
  }

  closed(carrier: Http2Carrier): void {
    if (!this.#streams.delete(carrier)) return;
    this.#owner.unwatch(carrier);
    if (this.#state === 'leaving' && this.#streams.size === 0) this.#close();
    else this.#owner.freed(this);
  }

  /** The other end takes no more streams, and says which ones it has seen. */
  #onGoaway(last: number): void {
    this.lastStream = last;
    this.leave();
  }

  /** No more streams; those under way come to their end. */
  leave(): void {
    if (this.#state !== 'open') return;
    this.#state = 'leaving';
    if (this.#streams.size === 0) this.#close();
  }

  onDeadline(): void {
    if (this.#state === 'connecting') this.#loseAll('connect');
    else if (this.#state === 'handshake') {
      this.error ??= Object.assign(new Error('the handshake has timed out'), { code: 'ETIMEDOUT' });
      this.#loseAll('handshake');
    } else this.leave();
  }

  #onClose(): void {
    if (this.#state === 'connecting') this.#loseAll(isLookupError(this.error) ? 'lookup' : 'connect');
    else this.#loseAll(this.#state === 'handshake' ? 'handshake' : 'closed');
  }

  #loseAll(kind: Loss['kind'], fault?: PeerFault): void {
    if (this.#state === 'closed') return;
    const waiting = this.waiting.splice(0);
    const streams = [...this.#streams];
    this.#streams.clear();
    this.#close();
    for (const stream of streams) {
      this.#owner.unwatch(stream);
      stream.onSessionLost();
    }
    const loss: Loss = { kind, error: this.error, heard: false, fault };
    for (const user of waiting) {
      user.onStop();
      user.onLost(loss);
    }
  }

  #close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.deadlineAt = 0;
    // Says GOAWAY where there is a session to say it on.
    if (this.#session !== undefined && !this.#session.destroyed) this.#session.destroy();
    else this.#socket.destroy();
    this.#owner.closed(this);
  }
}

/** RFC 9113 section 3.3: HTTP/2 over TLS is agreed upon in the handshake. */
function checkProtocol({ alpnProtocol }: TLSSocket): PeerFault | undefined {
  if (alpnProtocol === 'h2') return undefined;
  return {
    text: 'AH10273: SSL Proxy: Peer did not select any of our ALPN protocols [h2]',
    hint: 'the backend speaks no HTTP/2 over TLS: write https:// instead of h2://',
  };
}
