// Fastify: `request.clientInfo`.

import { type ClientInfo, createClientInfo } from './client-info.ts';
import type { NodeRequest } from './node-request.ts';
import type { ClientInfoOptions } from './settings.ts';

/** What is looked at of a Fastify request. */
export interface FastifyRequestLike {
  /** The request of node:http. */
  readonly raw: NodeRequest;
}

/** A hook of Fastify's, called with each request. */
export type FastifyOnRequest = (request: FastifyRequestLike, reply: unknown, done: () => void) => void;

/** What is used of a Fastify instance. */
export interface FastifyLike {
  /** Declares the property that every request gets. */
  decorateRequest(name: 'clientInfo', value: null): unknown;
  /** Adds what runs before anything else of a request. */
  addHook(name: 'onRequest', hook: FastifyOnRequest): unknown;
}

/** A plugin for `app.register`. */
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
