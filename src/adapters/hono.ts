// The rules as middleware of Hono 4. Hono chooses the route before a middleware runs: where a rule changes the URL, the
// application is asked again, and the rules then let the request pass.

import { AsyncLocalStorage } from 'node:async_hooks';
import { readBase } from './fetch.ts';
import { Front } from './front.ts';
import type { RulesFacts } from './node/hand-over.ts';
import { type Surface, withSurface } from './node/surface.ts';
import type { MiddlewareOptions } from './options.ts';
import { type AskedRequest, answerWeb } from './web/answer.ts';
import type { GivenEnds } from './web/connection.ts';
import type { BodyCache } from './web/kept-body.ts';
import { nodeBindings } from './web/node-bindings.ts';

/** What the rules use of Hono's context. */
export interface HonoContext {
  /** Hono's request, with what it has kept of a body and of the routes that match. */
  readonly req: {
    readonly raw: Request;
    readonly bodyCache?: object;
    readonly routeIndex?: number;
    readonly matchedRoutes?: readonly { readonly basePath?: string }[];
  };
  /** What the server gives to every request: node-server's bindings, for one. */
  readonly env: unknown;
  /** Of runtimes that have one; given back where the application is asked again. */
  readonly executionCtx?: unknown;
  /** Whether there is an answer. */
  readonly finalized: boolean;
  /** The answer. */
  get res(): Response;
  set res(response: Response | undefined);
  /** Keeps a value for the routes: `portico`, what the rules have found out. */
  set(key: string, value: unknown): void;
}

/** What the rules use of an application. */
export interface HonoApp {
  /** Answers a request. */
  fetch(request: Request, env?: never, executionCtx?: never): Response | Promise<Response>;
}

/** How rules are set up in an application of Hono's. */
export interface HonoOptions extends MiddlewareOptions {
  /** The application that the server asks: it is asked again where a rule changes the URL. A function where it is not made yet. */
  readonly app: HonoApp | (() => HonoApp);
  /** The path that `root` stands for. Default: where the application that uses the rules is mounted (`route`, `basePath`). */
  readonly base?: string;
  /** Who is connected, where it is not @hono/node-server that brings requests. Without an address rules take the client for 0.0.0.0. */
  readonly connection?: (context: HonoContext) => GivenEnds | undefined;
}

/** See `forHono`. */
export interface HonoMiddleware extends Surface {
  (context: HonoContext, next: () => Promise<void>): Promise<Response | undefined>;
}

/** A request on its second way through the application. */
interface AskedAgain {
  readonly url: string;
  /** The rules that it has been through. */
  readonly passed: ReadonlySet<Front>;
  readonly facts: RulesFacts | undefined;
}

/** Not by the request itself: a middleware in front of the rules may put another object in its place. */
const asking = new AsyncLocalStorage<AskedAgain>();

/**
 * Rules of an Apache configuration or .htaccess in an application of Hono's: `app.use(forHono({ app, root: 'public' }))`,
 * before other middleware. What goes wrong is thrown, and so reaches `app.onError`. What the rules have found out is
 * `c.get('portico')`.
 *
 * Throws TypeError for wrong options and RulesError for a configuration with mistakes.
 */
export function forHono(options: HonoOptions): HonoMiddleware {
  const { app, base, connection } = options;
  if (typeof app !== 'function' && typeof app?.fetch !== 'function')
    throw new TypeError('app is missing: give the application itself, as in forHono({ app, root })');
  const front = new Front(options);
  const rules: HonoRules = {
    front,
    app: typeof app === 'function' ? app : () => app,
    base: base === undefined ? undefined : readBase(base),
    connection,
  };
  return withSurface(
    (context: HonoContext, next: () => Promise<void>) => answer(rules, context, next),
    front,
  );
}

interface HonoRules {
  readonly front: Front;
  readonly app: () => HonoApp;
  readonly base: string | undefined;
  readonly connection: HonoOptions['connection'];
}

async function answer(
  rules: HonoRules,
  context: HonoContext,
  next: () => Promise<void>,
): Promise<Response | undefined> {
  const { front, base, connection } = rules;
  const { raw, bodyCache } = context.req;
  const stored = asking.getStore();
  const again = stored?.url === raw.url ? stored : undefined;
  if (again?.passed.has(front) === true) {
    context.set('portico', again.facts);
    await next();
    return undefined;
  }
  const ask = async (asked: AskedRequest): Promise<Response> => {
    if (!asked.isSame) return askAgain(rules, context, asked, again);
    context.set('portico', asked.facts);
    await next();
    return context.res;
  };
  const response = await answerWeb(front, {
    request: raw,
    env: context.env,
    base: base ?? mountPath(context),
    given: connection?.(context),
    bodyCache: bodyCache as BodyCache | undefined,
    ask: front.settings.fallthrough ? ask : undefined,
  });
  if (!context.finalized) return response;
  // Hono lays the fields of an answer that is there over those of the next one.
  if (response !== context.res) {
    context.res = undefined;
    context.res = response;
  }
  return undefined;
}

async function askAgain(
  { front, app }: HonoRules,
  context: HonoContext,
  { request, facts }: AskedRequest,
  before: AskedAgain | undefined,
): Promise<Response> {
  const passed = new Set([...(before?.passed ?? []), front]);
  return asking.run({ url: request.url, passed, facts }, () =>
    app().fetch(request, context.env as never, executionOf(context) as never),
  );
}

/** Hono throws where a server has given none, as node-server does. */
function executionOf(context: HonoContext): unknown {
  if (nodeBindings(context.env) !== undefined) return undefined;
  try {
    return context.executionCtx;
  } catch {
    return undefined;
  }
}

/** Where the application is mounted that the running middleware was given to, as bytes. */
function mountPath({ req: { raw, matchedRoutes, routeIndex = 0 } }: HonoContext): string {
  const pattern = matchedRoutes?.[routeIndex]?.basePath?.replace(/\/$/, '') ?? '';
  if (!/[:*]/.test(pattern)) return Buffer.from(pattern, 'utf8').toString('latin1');
  // A mount path with parameters: as many segments of the request's.
  const segments = new URL(raw.url).pathname.split('/').slice(0, pattern.split('/').length);
  return segments.map((segment) => unescapeBytes(segment)).join('/');
}

function unescapeBytes(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
