// What a connection needs of the server that owns it.

import type { Ticking } from '../kit/ticker.ts';
import type { LiveSite } from '../request/exchange.ts';

/** A site while requests use it; it closes when it is retired and the last one has left. */
export interface ServingSite {
  readonly live: LiveSite;
  enter(): void;
  leave(): void;
}

/** A connection, as the server sees it. */
export interface OwnedConnection extends Ticking {
  /** The server stops: without a request it closes, else after the answer under way. */
  drain(): void;
  destroy(): void;
}

export interface ConnectionOwner {
  /** What the next request is served by. */
  readonly site: ServingSite;
  /** The server stops: every answer is the connection's last. */
  readonly isDraining: boolean;
  connectionClosed(connection: OwnedConnection): void;
}
