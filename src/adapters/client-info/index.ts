// Who a request comes from and what it was sent to, behind any proxy. Re-exports only.

export { type ClientInfo, createClientInfo, type ReadClientInfo } from './client-info.ts';
export { type ExpressMiddleware, expressClientInfo } from './express.ts';
export {
  type FastifyLike,
  type FastifyOnRequest,
  type FastifyPlugin,
  type FastifyRequestLike,
  fastifyClientInfo,
} from './fastify.ts';
export {
  type ClientInfoVariables,
  type HonoClientInfoOptions,
  type HonoContext,
  type HonoMiddleware,
  honoClientInfo,
} from './hono.ts';
export type { Hosts } from './hosts.ts';
export type { Ignored } from './ignored.ts';
export { type ClientInfoState, type KoaContext, type KoaMiddleware, koaClientInfo } from './koa.ts';
export type { Party } from './node-identifier.ts';
export type { NodeRequest, NodeSocket } from './node-request.ts';
export type {
  ClientInfoOptions,
  CommonOptions,
  ForwardedField,
  ForwardedOptions,
  XForwardedOptions,
} from './settings.ts';
export type { Trust, TrustFunction } from './trust.ts';
export type { Scheme } from './values.ts';
export type { Hop } from './way.ts';
export type { WebPeer, WebRequest } from './web-request.ts';
