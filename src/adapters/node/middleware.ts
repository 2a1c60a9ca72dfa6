// The rules as a function of request, response and next: node:http, Connect and Express.

import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Exchange } from '../../request/exchange.ts';
import { Front } from '../front.ts';
import type { MiddlewareOptions } from '../options.ts';
import { headOf, type NodeRequest } from './arrived.ts';
import { bodyLeft } from './arrived-body.ts';
import { answered, LeftMountError, updateRequest, urlBelow, watchAnswer } from './hand-over.ts';
import type { ParsedRequest } from './parsed-body.ts';
import { NodeTransport, type Program } from './transport.ts';
import { answerUpgrade, tryUpgrade } from './upgrade.ts';

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
export interface NodeMiddleware {
  (request: MountedRequest, response: ServerResponse, next?: Next): void;
  /** Settles when requests can be answered at once; rejects where the configuration cannot be opened. */
  readonly ready: Promise<void>;
  /** A listener for the `upgrade` event of the server: WebSockets that rules proxy. Answers 404 to others, where nobody else listens. */
  readonly upgrade: (request: NodeRequest, socket: Duplex, head: Buffer) => void;
  /** The same for programs that have WebSockets of their own: false, and the socket untouched, where no rule wants it. */
  readonly tryUpgrade: (request: NodeRequest, socket: Duplex, head: Buffer) => Promise<boolean>;
  /** Ends what the configuration keeps open, once requests under way are over. */
  readonly close: () => Promise<void>;
}

/**
 * Rules of an Apache configuration or .htaccess in a program of Node's: answers what a rule, a proxy line or a file
 * answers, and calls `next` with the URL as rules have left it for everything else. Without `next` it answers all.
 *
 * Throws TypeError for wrong options and RulesError for a configuration with mistakes.
 */
export function forNode(options: MiddlewareOptions): NodeMiddleware {
  const front = new Front(options);
  const middleware = (request: MountedRequest, response: ServerResponse, next?: Next): void => {
    void answer(front, request, response, next);
  };
  return Object.defineProperty(
    Object.assign(middleware, {
      upgrade: (request: NodeRequest, socket: Duplex, head: Buffer) =>
        void answerUpgrade(front, request, socket, head),
      tryUpgrade: (request: NodeRequest, socket: Duplex, head: Buffer) =>
        tryUpgrade(front, request, socket, head),
      close: () => front.close(),
    }),
    'ready',
    { get: () => front.ready },
  ) as NodeMiddleware;
}

/** The same for Express 5: `app.use(forExpress({ root: 'public' }))`. What goes wrong reaches its error handler. */
export function forExpress(options: MiddlewareOptions): NodeMiddleware {
  return forNode(options);
}

async function answer(
  front: Front,
  request: MountedRequest,
  response: ServerResponse,
  next?: Next,
): Promise<void> {
  const goOn: Next = next ?? ((error) => answerAlone(response, error));
  // A connection that was reset meanwhile has no address: rules on addresses could not hold.
  if (request.socket.destroyed) return;
  const base = request.baseUrl ?? '';
  const url = wholeUrl(request, base);
  let before: readonly string[] = [];
  const program: Program = { fail: goOn };
  if (front.settings.fallthrough && next !== undefined)
    program.handOver = (x, to) => {
      const below = urlBelow(base, to.url);
      if (below === undefined) {
        goOn(new LeftMountError(url, to.url, base));
        return answered(request, response);
      }
      updateRequest(request, x, to, before);
      request.url = below;
      if (to.errorStatus !== 0) response.statusCode = to.errorStatus;
      watchAnswer(response, x);
      const done = answered(request, response);
      next();
      return done;
    };
  const transport = new NodeTransport(request, response, { base, ...front.documents }, program);
  try {
    await front.serve(
      transport,
      {
        head: headOf(request, { url, mayUpgrade: false }),
        body(head) {
          const { body, lost } = bodyLeft(request, head, request);
          transport.lostBody = lost;
          return body;
        },
      },
      (x: Exchange) => {
        before = [...x.headers.flat];
      },
    );
  } catch (error) {
    goOn(error);
  }
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
