// Hono: `c.get('clientInfo')`, on @hono/node-server or wherever the caller knows the peer.

import { type ClientInfo, createClientInfo, type ReadClientInfo } from './client-info.ts';
import type { NodeRequest } from './node-request.ts';
import type { ClientInfoOptions } from './settings.ts';
import type { WebPeer, WebRequest } from './web-request.ts';

/** For `new Hono<{ Variables: ClientInfoVariables }>()`. */
export interface ClientInfoVariables {
  /** Set by honoClientInfo. */
  clientInfo: ClientInfo;
}

/** What is looked at of a Hono context. */
export interface HonoContext {
  /** What the runtime hands in; on @hono/node-server the request of node:http is in it. */
  readonly env: unknown;
  /** The request; `raw` is the web Request. */
  readonly req: { readonly raw: WebRequest };
  /** Sets a variable of the context. */
  // biome-ignore lint/suspicious/noExplicitAny: every Hono has keys and types of its own.
  readonly set: any;
}

/** A function for `app.use`. */
export type HonoMiddleware = (context: HonoContext, next: () => Promise<void>) => Promise<void>;

/** The options of createClientInfo, and who the peer is. */
export type HonoClientInfoOptions = ClientInfoOptions & {
  /** The other end of the connection, where Hono does not run on @hono/node-server. */
  readonly peer?: ((context: HonoContext) => WebPeer | undefined) | undefined;
};

/** Middleware that sets the variable `clientInfo`. */
export function honoClientInfo(options: HonoClientInfoOptions): HonoMiddleware {
  const { peer, ...others } = options;
  const clientInfo = createClientInfo(others);
  return (context, next) => {
    context.set('clientInfo', read(clientInfo, context, peer));
    return next();
  };
}

function read(
  clientInfo: ReadClientInfo,
  context: HonoContext,
  peer: HonoClientInfoOptions['peer'],
): ClientInfo {
  if (peer !== undefined) return clientInfo(context.req.raw, peer(context));
  const incoming = incomingOf(context.env);
  return incoming === undefined ? clientInfo(context.req.raw) : clientInfo(incoming);
}

/** The request of node:http behind a Request that @hono/node-server has made. */
function incomingOf(env: unknown): NodeRequest | undefined {
  const incoming = (env as { incoming?: { headers?: unknown; socket?: unknown } } | null | undefined)
    ?.incoming;
  const isNode = typeof incoming?.headers === 'object' && typeof incoming.socket === 'object';
  return isNode ? (incoming as NodeRequest) : undefined;
}
