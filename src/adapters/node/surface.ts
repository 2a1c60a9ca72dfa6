// What the rules have in every program on node:http besides the way of a request: upgrades, a beginning and an end.

import type { Duplex } from 'node:stream';
import type { Front } from '../front.ts';
import type { NodeRequest } from './arrived.ts';
import { answerUpgrade, tryUpgrade } from './upgrade.ts';

/** See the head of the file. */
export interface Surface {
  /** Settles when requests can be answered at once; rejects where the configuration cannot be opened. */
  readonly ready: Promise<void>;
  /** A listener for the `upgrade` event of the server: WebSockets that rules proxy. Answers 404 to others, where nobody else listens. */
  readonly upgrade: (request: NodeRequest, socket: Duplex, head: Buffer) => void;
  /** The same for programs that have WebSockets of their own: false, and the socket untouched, where no rule wants it. */
  readonly tryUpgrade: (request: NodeRequest, socket: Duplex, head: Buffer) => Promise<boolean>;
  /** Ends the WebSockets that rules proxy. A server that is closed waits for them. */
  readonly endTunnels: () => void;
  /** Ends what the configuration keeps open, once requests under way are over, and WebSockets at once. */
  readonly close: () => Promise<void>;
}

/** The function itself, with the surface of its front. `baseOf`: where the rules are mounted for an upgrade. */
export function withSurface<Middleware extends object>(
  middleware: Middleware,
  front: Front,
  baseOf: (request: NodeRequest) => string | undefined = () => '',
): Middleware & Surface {
  const rest = {
    upgrade: (request: NodeRequest, socket: Duplex, head: Buffer) =>
      void answerUpgrade(front, request, socket, head, baseOf(request)),
    tryUpgrade: (request: NodeRequest, socket: Duplex, head: Buffer) =>
      tryUpgrade(front, request, socket, head, baseOf(request)),
    endTunnels: () => front.endTunnels(),
    close: () => front.close(),
  };
  return Object.defineProperty(Object.assign(middleware, rest), 'ready', {
    get: () => front.ready,
  }) as Middleware & Surface;
}
