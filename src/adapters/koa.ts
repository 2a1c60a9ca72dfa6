// The rules as middleware of Koa 3. The promise of the middleware settles when the request is answered or the next
// middleware is through, so that whoever stands in front (logs, response times) sees the end of it.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HandedOver } from './framework-transport.ts';
import { Front } from './front.ts';
import { callBelow, mountOf } from './koa-mount.ts';
import type { ParsedRequest } from './node/parsed-body.ts';
import { serveRequest } from './node/serve-request.ts';
import { type Surface, withSurface } from './node/surface.ts';
import type { MiddlewareOptions } from './options.ts';

/** What the rules use of Koa's context. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Koa's request: parsers leave `body` and `rawBody` on it. */
  readonly request: object;
  /** Path and query as the client sent them. */
  readonly originalUrl: string;
  /** The path without its query, below mounts. */
  path: string;
  status: number;
  /** False: Koa leaves the response alone. */
  respond?: boolean | undefined;
}

/** See `forKoa`. */
export interface KoaMiddleware extends Surface {
  (context: KoaContext, next: () => Promise<unknown>): Promise<void>;
}

/**
 * Rules of an Apache configuration or .htaccess in a Koa application: `app.use(forKoa({ root: 'public' }))`, before routers
 * and body parsers. What goes wrong is thrown, as Koa's middleware does.
 *
 * Throws TypeError for wrong options and RulesError for a configuration with mistakes.
 */
export function forKoa(options: MiddlewareOptions): KoaMiddleware {
  const front = new Front(options);
  return withSurface(
    (context: KoaContext, next: () => Promise<unknown>): Promise<void> => answer(front, context, next),
    front,
  );
}

function answer(front: Front, context: KoaContext, next: () => Promise<unknown>): Promise<void> {
  const { req, res } = context;
  // A connection that was reset meanwhile has no address: rules on addresses could not hold.
  if (req.socket.destroyed) {
    context.respond = false;
    return Promise.resolve();
  }
  return new Promise((resolve, reject) => {
    const mount = mountOf(context);
    const goOn = (to: HandedOver): void => {
      if (to.errorStatus !== 0) context.status = to.errorStatus;
      callBelow(context, mount, to.url, next).then(resolve, reject);
    };
    const { base, url } = mount;
    const brought = { request: req, response: res, base, url, parsed: parsedOf(context) };
    const answersHere = (): void => {
      context.respond = false;
    };
    void serveRequest(front, brought, { goOn, fail: reject, answersHere }).then(resolve);
  });
}

/** Parsers leave what they read on Koa's request, and on Node's with `patchNode`. */
function parsedOf({ req, request }: KoaContext): ParsedRequest {
  const koa: ParsedRequest = request;
  const node: IncomingMessage & ParsedRequest = req;
  return { body: koa.body ?? node.body, rawBody: koa.rawBody ?? node.rawBody };
}
