// Who is who around a connection to a backend: what carries a request, who uses it, and to whom it belongs.

import type { BadHeaderMode, ResponseError, ResponseHead } from '../../wire/response-parser.ts';
import type { BackendTls, PeerFault } from '../ssl/index.ts';
import type { BackendBody } from './backend-body.ts';
import type { FindAddresses } from './backend-socket.ts';
import type { BackendTunnel } from './backend-tunnel.ts';
import type { Origin } from './target.ts';

/** How a connection was lost before a final head had come. */
export interface Loss {
  readonly kind: 'lookup' | 'connect' | 'handshake' | 'closed' | 'timeout';
  /** The system's error, if there is one. */
  readonly error: NodeJS.ErrnoException | undefined;
  /** Bytes of a response had come. */
  readonly heard: boolean;
  /** Why the other end is not the one that was asked for, where a handshake ended with that. */
  readonly fault?: PeerFault | undefined;
  /** The other end has certainly done nothing with the request: it may be sent again, whatever its method. */
  readonly isUnprocessed?: boolean;
  /** Another connection will know what this one cannot: how it ends. */
  readonly isUnframed?: boolean;
  /** The other end has ended this request alone. */
  readonly isReset?: boolean;
}

/** A complete body, a body to come, or none. */
export type ResponseContent = string | Buffer | BackendBody | undefined;

/** What a request is to the connection that carries it. */
export interface RequestStart {
  /** The bytes given are all of the request. */
  readonly isWhole: boolean;
  /** The connection must not be used again. */
  readonly isLast: boolean;
}

/** A connection, as the request sees it that has it for itself. */
export interface RequestCarrier {
  /** Requests carried before the present one. */
  readonly carried: number;
  /** Our port of the connection, where it has one. */
  readonly localPort?: number | undefined;
  /**
   * Sends the beginning of a request: its head and as much of its body as is at hand. False asks to wait for
   * `onDrain`.
   */
  begin(method: string, bytes: string, start: RequestStart): boolean;
  /** Sends more of the request. False asks to wait for `onDrain`. */
  write(bytes: Buffer | string): boolean;
  cork(): void;
  uncork(): void;
  /** The request is complete: from now on the backend is expected to answer. */
  finishRequest(): void;
  /** The user gives up: its request may be under way, so nothing else can use the connection. */
  giveUp(): void;
}

/**
 * Whoever uses a connection for one request. Exactly one of onResponse, onBadHead and onLost is called, or onSwitch;
 * onLost may follow that while nobody has opened the tunnel.
 */
export interface ConnectionUser {
  /** The connection is up and this user's own. */
  onReady(connection: RequestCarrier): void;
  onInterim(head: ResponseHead): void;
  onResponse(head: ResponseHead, content: ResponseContent): void;
  /** A 101: the connection is a tunnel. Its user opens it, or gives the connection up. */
  onSwitch(head: ResponseHead, tunnel: BackendTunnel): void;
  onBadHead(error: ResponseError): void;
  onLost(loss: Loss): void;
  /** Bytes may be written again. */
  onDrain(): void;
  /** The answer would be no answer: may the request be sent again, over another connection? */
  mayAskAgain?(): boolean;
  /** No more of the request can be sent: the response was complete before it, or the connection is gone. */
  onStop(): void;
}

/** The pool, as its connections see it. */
export interface ConnectionOwner<C, U> {
  readonly origin: Origin;
  /** How TLS is spoken; undefined for plain bytes. */
  readonly tls: BackendTls | undefined;
  readonly findAddresses: FindAddresses;
  readonly sourceAddress: string | undefined;
  readonly connectTimeout: number;
  readonly timeout: number;
  readonly keepAlive: boolean;
  readonly badHeader: BadHeaderMode;
  readonly fieldSize: number;
  /** A deadline for something that may take `duration`. */
  after(duration: number): number;
  /** The connection is up. */
  connected(connection: C): void;
  /**
   * A connection never came to be. True when its user is looked after: the host's name may lead elsewhere by now. The
   * user hears of the loss later, if it does not.
   */
  mayTryAgain(user: U, loss: Loss): boolean;
  /** The connection can carry another request. */
  released(connection: C): void;
  closed(connection: C): void;
}
