// The rules as a function of request, response and next: node:http, Connect and Express.

import type { ServerResponse } from 'node:http';
import { Front } from '../front.ts';
import type { MiddlewareOptions } from '../options.ts';
import type { NodeRequest } from './arrived.ts';
import { LeftMountError, urlBelow } from './hand-over.ts';
import type { ParsedRequest } from './parsed-body.ts';
import { serveRequest } from './serve-request.ts';
import { type Surface, withSurface } from './surface.ts';

/** Goes on with the next handler, or with the error handler. */
export type Next = (error?: unknown) => void;

/** A request as Connect and Express pass it on. */
export type MountedRequest = NodeRequest &
  ParsedRequest & {
    /** The path that the handler is mounted at; '' or absent for the root. */
    readonly baseUrl?: string;
    /** Path and query as the client sent them. */
    readonly originalUrl?: string;
  };

/** See `forNode`. */
export interface NodeMiddleware extends Surface {
  (request: MountedRequest, response: ServerResponse, next?: Next): void;
}

/**
 * Rules of an Apache configuration or .htaccess in a program of Node's: answers what a rule, a proxy line or a file
 * answers, and calls `next` with the URL as rules have left it for everything else. Without `next` it answers all.
 *
 * Throws TypeError for wrong options and RulesError for a configuration with mistakes.
 */
export function forNode(options: MiddlewareOptions): NodeMiddleware {
  const front = new Front(options);
  return withSurface((request: MountedRequest, response: ServerResponse, next?: Next): void => {
    answer(front, request, response, next);
  }, front);
}

/** The same for Express 5: `app.use(forExpress({ root: 'public' }))`. What goes wrong reaches its error handler. */
export function forExpress(options: MiddlewareOptions): NodeMiddleware {
  return forNode(options);
}

function answer(front: Front, request: MountedRequest, response: ServerResponse, next?: Next): void {
  // A connection that was reset meanwhile has no address: rules on addresses could not hold.
  if (request.socket.destroyed) return;
  const fail: Next = next ?? ((error) => answerAlone(response, error));
  const base = request.baseUrl ?? '';
  const url = wholeUrl(request, base);
  void serveRequest(
    front,
    { request, response, base, url, parsed: request },
    {
      fail,
      goOn:
        next &&
        ((to) => {
          const below = urlBelow(base, to.url);
          if (below === undefined) return fail(new LeftMountError(url, to.url, base));
          request.url = below;
          if (to.errorStatus !== 0) response.statusCode = to.errorStatus;
          next();
        }),
    },
  );
}

/** Express takes the mount path off, and lets the rest begin with a slash that may not have been there. */
function wholeUrl({ url = '/', originalUrl }: MountedRequest, base: string): string {
  if (base === '') return url;
  return originalUrl === base + url.slice(1) ? originalUrl : base + url;
}

/** Nobody else is there to answer. */
function answerAlone(response: ServerResponse, error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(500, { 'Content-Type': 'text/plain' });
  response.end('Internal Server Error\n');
}
