// What a connection needs of the server that owns it.

import type { Clock, Ticking } from '../kit/ticker.ts';
import type { ConnectionActivity } from '../request/activity.ts';
import type { LiveSite } from '../request/exchange.ts';
import type { HeadBudget } from './head-budget.ts';
import type { Turns } from './turns.ts';

/** A site while requests use it; it closes when it is retired and the last one has left. */
export interface ServingSite {
  readonly live: LiveSite;
  enter(): void;
  leave(): void;
}

/** A connection, as the server sees it. */
export interface OwnedConnection extends Ticking {
  /** It waits for a request, and nobody would miss an answer. */
  readonly isIdle: boolean;
  /** What it does at this moment. */
  report(): ConnectionActivity;
  /** The server stops: without a request it closes, else after the answer under way. */
  drain(): void;
  destroy(): void;
}

export interface ConnectionOwner {
  /** What the next request is served by. */
  readonly site: ServingSite;
  /** The server stops: every answer is the connection's last. */
  readonly isDraining: boolean;
  /** The time by which connections set their deadlines; they are asked by it whether those are over. */
  readonly clock: Clock;
  /** How many requests are answered at once. */
  readonly turns: Turns;
  /** How much their heads may hold. */
  readonly heads: HeadBudget;
  connectionClosed(connection: OwnedConnection): void;
}
