// What an exchange knows of the connection it came on, and the one way its answer goes out.
// A socket connection implements it, and so does injection; framing and hop-by-hop fields are theirs.

import type { Soon } from '../kit/wait.ts';
import type { BodyContent, BodySink } from '../wire/body.ts';
import type { HeaderList } from '../wire/header-list.ts';

/** An answer, ready to be framed: `headers` has Date and Server and no hop-by-hop field. */
export interface Answer {
  /** The HTTP status. */
  readonly status: number;
  /** The phrase behind it in the status line. */
  readonly reason: string;
  /** As they go out; the transport adds the fields of framing and of the connection. */
  readonly headers: HeaderList;
  /** Byte string or bytes when all of it is at hand; undefined for none. */
  readonly body: BodyContent | undefined;
  /** Bytes of body when known; undefined lets the transport chunk it or close. */
  readonly length: number | undefined;
  /** The body goes with HEAD, 204 or 304: headers stand as they are and nothing follows. */
  readonly bodiless: boolean;
  /** The connection cannot be used for another request. */
  readonly close: boolean;
}

/** What became of an answer. */
export interface Sent {
  /** Body bytes, framing not counted. */
  readonly bytes: number;
  /** Bytes on the wire, head included. */
  readonly wireBytes: number;
  /** False when the client went away or the body broke off. */
  readonly complete: boolean;
}

/**
 * Takes what comes out of one end of a tunnel. `end`: this direction is over, the other one goes on. `fail`: the end
 * is gone, in both directions; may come after `end`.
 */
export interface TunnelUser extends BodySink {
  /** `write` may be called again. */
  drained(): void;
}

/** One end of an upgraded connection: bytes both ways, and each way ends by itself. */
export interface Tunnel {
  /** Bytes written so far, with the head of the answer where there was one. */
  readonly written: number;
  /** Begins to hand out what comes in; may call `user` before it returns. */
  start(user: TunnelUser): void;
  /** Goes on after the user's `data` answered false. */
  resume(): void;
  /** False asks to wait for `drained`. */
  write(chunk: Buffer): boolean;
  /** Nothing more will be written: the other side sees the end behind what was. */
  end(): void;
  /** Both directions are over. What was written still goes out. */
  close(): void;
}

/** The head of an answer has bytes that cannot stand in a header; nothing was sent, another answer may be. */
export class UnsafeAnswer extends Error {}

/** The connection of an exchange. Whoever has requests from elsewhere than a socket implements it. */
export interface Transport {
  /** The peer's IP address; one of IPv4 as such, on a socket of IPv6 as well. */
  readonly remoteAddress: string;
  /** The peer's port. */
  readonly remotePort: number;
  /** The IP address that the connection came to. */
  readonly localAddress: string;
  /** The port that it came to. */
  readonly localPort: number;
  /** The client that a PROXY header has named in the place of the peer. */
  readonly presented?: { readonly address: string; readonly port: number } | undefined;
  /** TLS. */
  readonly secure: boolean;
  /** Requests served on this connection before this one. */
  readonly served: number;
  /** The same object for all requests of a connection; absent where the transport is that. */
  readonly connection?: object;
  /** Another request may follow; known once the answer is sent. */
  readonly staysOpen?: boolean;
  /** Bytes read for this request, head and framing included, as far as it was read. */
  readonly received?: number;
  /** Bytes of interim answers. */
  readonly interimBytes?: number;
  /** Fields behind a chunked body, once it is read. */
  readonly trailers?: HeaderList | undefined;
  /** The client has ended its direction: it may wait for the answer, or have gone away. */
  readonly isInputOver?: boolean;
  /** An interim answer (100, 103 …). Does nothing for clients that cannot take it. */
  interim(status: number, reason: string, headers: HeaderList): void;
  /** Fails (throws or rejects) only with UnsafeAnswer, before a byte is out. */
  send(answer: Answer): Soon<Sent>;
  /**
   * Sends `101` with these headers and hands the connection over, for as long as the exchange lasts. The body of the
   * request must have been read. Throws UnsafeAnswer before a byte is out.
   */
  upgrade(reason: string, headers: HeaderList): Tunnel;
  /** Closes without an answer: the client is to try again. */
  drop(): void;
  /** Tells `watcher` once if the client goes away before the answer is sent; at once where it has gone already. */
  watch(watcher: ClientWatcher): void;
  /** Tells it nothing more. Of no effect where it does not watch. */
  unwatch(watcher: ClientWatcher): void;
}

/** Who wants to know that nobody waits for the answer any more. */
export interface ClientWatcher {
  onClientGone(): void;
}
