// The rules around a fetch handler: a function of a web Request that answers a Response.

import { Front } from './front.ts';
import type { RulesFacts } from './node/hand-over.ts';
import { type Surface, withSurface } from './node/surface.ts';
import type { MiddlewareOptions } from './options.ts';
import { answerWeb } from './web/answer.ts';
import type { GivenEnds } from './web/connection.ts';

/** A fetch handler: the request, and what its server gives behind it. */
export type FetchHandler<Rest extends readonly unknown[]> = (
  request: Request,
  ...rest: Rest
) => Response | Promise<Response>;

/** How rules are set up around a fetch handler. */
export interface FetchOptions<Rest extends readonly unknown[]> extends MiddlewareOptions {
  /** The path that `root` stands for, without a slash at its end: `/docs`. Default: the root. */
  readonly base?: string;
  /**
   * Who is connected, where the server does not say it as @hono/node-server does: by `incoming` in the first argument
   * behind the request. Without an address rules take the client for 0.0.0.0.
   */
  readonly connection?: (request: Request, ...rest: Rest) => GivenEnds | undefined;
}

/** See `forFetch`. */
export interface FetchMiddleware<Rest extends readonly unknown[]> extends Surface {
  (request: Request, ...rest: Rest): Promise<Response>;
}

const factsOfRequests = new WeakMap<Request, RulesFacts>();

/** What the rules have found out about a request that `forFetch` has given to a handler. */
export function rulesFactsOf(request: Request): RulesFacts | undefined {
  return factsOfRequests.get(request);
}

/**
 * Rules of an Apache configuration or .htaccess in front of a fetch handler: `serve({ fetch: forFetch(app.fetch, { root:
 * 'public' }) })`. The handler is asked for what no rule and no file answers, with the URL as rules have left it.
 *
 * Throws TypeError for wrong options and RulesError for a configuration with mistakes. What it answers rejects with what
 * the handler throws, and where the rules cannot go on.
 */
export function forFetch<Rest extends readonly unknown[]>(
  handler: FetchHandler<Rest>,
  options: FetchOptions<Rest>,
): FetchMiddleware<Rest> {
  if (typeof handler !== 'function')
    throw new TypeError('the first argument is the fetch handler, as in app.fetch');
  const front = new Front(options);
  const base = readBase(options.base);
  const middleware = async (request: Request, ...rest: Rest): Promise<Response> =>
    answerWeb(front, {
      request,
      env: rest[0],
      base,
      given: options.connection?.(request, ...rest),
      bodyCache: undefined,
      ask: front.settings.fallthrough
        ? async ({ request: asked, facts }) => {
            if (facts !== undefined) factsOfRequests.set(asked, facts);
            return handler(asked, ...rest);
          }
        : undefined,
    });
  return withSurface(middleware, front);
}

/** A mount path as bytes. Throws TypeError where it is none. */
export function readBase(base: string = ''): string {
  if (base === '' || base === '/') return '';
  if (!base.startsWith('/') || base.endsWith('/') || /[*?#]/.test(base))
    throw new TypeError(`base is ${JSON.stringify(base)}: write a path such as '/docs'`);
  return Buffer.from(base, 'utf8').toString('latin1');
}
