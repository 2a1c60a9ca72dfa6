// The rules as a plugin of Fastify 5: a hook in front of everything that reads the body. Fastify has found the route by then;
// where rules change the URL it is asked once more.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HandedOver } from './framework-transport.ts';
import { Front } from './front.ts';
import { urlBelow } from './node/hand-over.ts';
import type { ParsedRequest } from './node/parsed-body.ts';
import { serveRequest } from './node/serve-request.ts';
import { type Surface, withSurface } from './node/surface.ts';
import { upgradeDecision } from './node/upgrade.ts';
import type { MiddlewareOptions } from './options.ts';

/** What the rules use of Fastify's reply. */
export interface FastifyReplyPart {
  readonly raw: ServerResponse;
  getHeaders(): { readonly [name: string]: number | string | string[] | undefined };
  hijack(): unknown;
}

/** Their hook. */
export type FastifyHook = (
  request: { readonly raw: IncomingMessage },
  reply: FastifyReplyPart,
  done: (error?: Error) => void,
) => void;

/** What they use of an instance of Fastify. */
export interface FastifyInstancePart {
  readonly prefix: string;
  addHook(name: 'onRequest', hook: FastifyHook): unknown;
  addHook(name: 'preClose' | 'onClose', hook: () => Promise<void>): unknown;
  routing(request: IncomingMessage, response: ServerResponse): void;
}

/** See `forFastify`. */
export interface FastifyRules extends Surface {
  (instance: FastifyInstancePart, options: { readonly prefix?: string }): Promise<void>;
  /**
   * For Fastify's option of this name: the rules see requests that its router refuses, too (a path whose escapes are no
   * UTF-8, a parameter that is too long). What they leave as it is gets Fastify's error.
   */
  readonly frameworkErrors: (
    error: Error,
    request: { readonly raw: IncomingMessage },
    reply: FastifyErrorReply,
  ) => void;
}

/** A reply to a request without a route. */
export interface FastifyErrorReply extends FastifyReplyPart {
  readonly server: Pick<FastifyInstancePart, 'routing'>;
}

/**
 * Rules of an Apache configuration or .htaccess as a plugin of Fastify: `await app.register(forFastify({ root: 'public' }))`,
 * before other plugins. `prefix` among the options of `register` is the path that the rules are mounted at. They are closed
 * with the application.
 *
 * Throws TypeError for wrong options and RulesError for a configuration with mistakes.
 */
export function forFastify(options: MiddlewareOptions): FastifyRules {
  const front = new Front(options);
  const places: Place[] = [];
  const placeOf = ({ url = '/' }: IncomingMessage): Place | undefined =>
    places.find(({ base }) => isBelow(base, url));
  const plugin = async (
    instance: FastifyInstancePart,
    { prefix = '' }: { readonly prefix?: string },
  ): Promise<void> => {
    await front.ready;
    const base = joinPaths(instance.prefix, prefix);
    requirePlain(base);
    const place: Place = { front, base, led: new WeakSet() };
    places.push(place);
    // The routes of an instance begin with its prefix.
    instance.addHook('onRequest', hookAt(instance, place, prefix === '' ? '' : base));
    instance.addHook('preClose', async () => front.endTunnels());
    instance.addHook('onClose', () => front.close());
  };
  const frameworkErrors: FastifyRules['frameworkErrors'] = (error, { raw }, reply) => {
    const place = placeOf(raw);
    // The types of Fastify say what it sends of each schema.
    const { send } = reply as unknown as { send(error: Error): void };
    const done = (other?: Error): void => send.call(reply, other ?? error);
    if (place === undefined || place.led.has(raw)) done();
    else lead({ place, instance: reply.server, raw, reply, done });
  };
  const rules = withSurface(plugin, front, (request) => placeOf(request)?.base);
  return Object.assign(rules, MARKS, { frameworkErrors });
}

/** Where the rules are mounted. */
interface Place {
  readonly front: Front;
  /** The mount path, without a slash at its end; '' for the root. */
  readonly base: string;
  /** Requests that have been through: where Fastify is asked again for the route, all hooks run again. */
  readonly led: WeakSet<IncomingMessage>;
}

/** For the instance that it is registered with, not for one of its own; and not for other versions. */
const MARKS = {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'portico',
  [Symbol.for('plugin-meta')]: { name: 'portico', fastify: '5.x' },
};

/** As Fastify puts prefixes together (lib/plugin-override.js). */
function joinPaths(outer: string, inner: string): string {
  const first = outer.replace(/\/$/, '');
  const second = inner.replace(/\/$/, '');
  return second === '' || second.startsWith('/') ? first + second : `${first}/${second}`;
}

/** A folder stands at one place. */
function requirePlain(base: string): void {
  if (!/[:*(]/.test(base)) return;
  throw new TypeError(`rules cannot be mounted at ${base}: a prefix for them has no parameters`);
}

/** `gate`: the path that requests are below for the rules to see them. */
function hookAt(instance: FastifyInstancePart, place: Place, gate: string): FastifyHook {
  return (request, reply, done) => {
    const { raw } = request;
    if (place.led.has(raw) || !isBelow(gate, raw.url ?? '/')) return done();
    const isLed = { place, instance, raw, reply, done };
    if (raw.headers.upgrade === undefined) lead(isLed);
    else void leadUpgrade(isLed);
  };
}

/** Plugins for WebSockets bring upgrades here, too, where the rules may have taken the connection already. */
async function leadUpgrade(isLed: Led): Promise<void> {
  // All listeners of the upgrade have been called by then.
  await undefined;
  if ((await upgradeDecision(isLed.place.front, isLed.raw)) === true) isLed.reply.hijack();
  else lead(isLed);
}

/** A request of node:http, with what Fastify and parsers keep on it. */
type FastifyRaw = IncomingMessage & ParsedRequest & { originalUrl?: string };

interface Led {
  readonly place: Place;
  readonly instance: Pick<FastifyInstancePart, 'routing'>;
  readonly raw: FastifyRaw;
  readonly reply: FastifyReplyPart;
  readonly done: (error?: Error) => void;
}

function lead({ place, instance, raw, reply, done }: Led): void {
  const { front, base, led } = place;
  led.add(raw);
  // A connection that was reset meanwhile has no address: rules on addresses could not hold.
  if (raw.socket.destroyed) {
    reply.hijack();
    return;
  }
  const { url = '/', method } = raw;
  const goOn = (to: HandedOver): void => {
    if (to.errorStatus !== 0) reply.raw.statusCode = to.errorStatus;
    if (to.url === url && raw.method === method) {
      done();
      return;
    }
    // Fastify's request.originalUrl.
    raw.originalUrl ??= url;
    raw.url = to.url;
    reply.hijack();
    instance.routing(raw, reply.raw);
  };
  const brought = { request: raw, response: reply.raw, base, url, parsed: raw };
  void serveRequest(front, brought, {
    goOn,
    fail: (error) => done(error as Error),
    answersHere: () => takeOver(reply),
  });
}

/** What hooks have set so far is kept by Fastify, and goes out with the answer of the rules, too. */
function takeOver(reply: FastifyReplyPart): void {
  reply.hijack();
  const { raw } = reply;
  if (raw.headersSent) return;
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) raw.setHeader(name, value);
}

/** Whether Fastify may take a URL for one below the mount path: it decodes before it compares. */
function isBelow(base: string, url: string): boolean {
  if (base === '') return true;
  const path = decode(url.replace(/[?#].*/s, '')).replace(/\/{2,}/g, '/');
  return urlBelow(base, path) !== undefined;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
