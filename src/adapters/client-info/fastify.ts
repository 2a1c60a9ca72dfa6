// Fastify: `request.clientInfo`.

import { type ClientInfo, createClientInfo } from './client-info.ts';
import type { NodeRequest } from './node-request.ts';
import type { ClientInfoOptions } from './settings.ts';

/** What is looked at of a Fastify request. */
export interface FastifyRequestLike {
  readonly raw: NodeRequest;
}

type OnRequest = (request: FastifyRequestLike, reply: unknown, done: () => void) => void;

/** What is used of a Fastify instance. */
export interface FastifyLike {
  decorateRequest(name: 'clientInfo', value: null): unknown;
  addHook(name: 'onRequest', hook: OnRequest): unknown;
}

export type FastifyPlugin = (fastify: FastifyLike, options: ClientInfoOptions, done: () => void) => void;

/**
 * A plugin that sets `request.clientInfo` before anything else looks at the request; its options are those of
 * createClientInfo. Fastify's own `trustProxy` plays no part in it.
 */
export const fastifyClientInfo: FastifyPlugin = Object.assign(
  (fastify: FastifyLike, options: ClientInfoOptions, done: () => void) => {
    const clientInfo = createClientInfo(options);
    fastify.decorateRequest('clientInfo', null);
    fastify.addHook('onRequest', (request, _reply, next) => {
      (request as { clientInfo?: ClientInfo }).clientInfo = clientInfo(request.raw);
      next();
    });
    done();
  },
  {
    // Not for the routes of this plugin alone, of which there are none, but for those beside it.
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'portico/client-info',
  },
);
