// Koa: `ctx.state.clientInfo`.

import { type ClientInfo, createClientInfo } from './client-info.ts';
import type { NodeRequest } from './node-request.ts';
import type { ClientInfoOptions } from './settings.ts';

/** For `new Koa<ClientInfoState>()`. */
export interface ClientInfoState {
  /** Set by koaClientInfo. */
  clientInfo: ClientInfo;
}

/** What is looked at of a Koa context. */
export interface KoaContext {
  /** The request of node:http. */
  readonly req: NodeRequest;
  /** Where `clientInfo` is put. */
  // biome-ignore lint/suspicious/noExplicitAny: Koa's state is what the application makes of it.
  readonly state: any;
}

/** A function for `app.use`. */
export type KoaMiddleware = <T>(context: KoaContext, next: () => Promise<T>) => Promise<T>;

/** Middleware that sets `ctx.state.clientInfo`. Koa's own `app.proxy` plays no part in it. */
export function koaClientInfo(options: ClientInfoOptions): KoaMiddleware {
  const clientInfo = createClientInfo(options);
  return (context, next) => {
    context.state.clientInfo = clientInfo(context.req);
    return next();
  };
}
