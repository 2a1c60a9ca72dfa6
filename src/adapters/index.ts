// `portico/middleware`: an Apache configuration or .htaccess inside a program on node:http, Express, Fastify, Koa or Hono.

export { RulesError } from './configuration.ts';
export { type FastifyRules, forFastify } from './fastify.ts';
export {
  type FetchHandler,
  type FetchMiddleware,
  type FetchOptions,
  forFetch,
  rulesFactsOf,
} from './fetch.ts';
export {
  forHono,
  type HonoApp,
  type HonoContext,
  type HonoMiddleware,
  type HonoOptions,
} from './hono.ts';
export { forKoa, type KoaMiddleware } from './koa.ts';
export { ConsumedBodyError } from './node/arrived-body.ts';
export { LeftMountError, type RulesFacts } from './node/hand-over.ts';
export {
  forExpress,
  forNode,
  type MountedRequest,
  type Next,
  type NodeMiddleware,
} from './node/middleware.ts';
export type { MiddlewareOptions } from './options.ts';
export type { GivenEnds } from './web/connection.ts';
