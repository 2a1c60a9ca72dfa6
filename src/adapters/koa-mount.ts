// Where a middleware stands in the URLs of a Koa application, and how a URL that rules have made outlasts the mounts around
// it: koa-mount takes its path off, and puts the path as it was back for whoever stands behind it.

import type { IncomingMessage } from 'node:http';
import { LeftMountError, urlBelow } from './node/hand-over.ts';

/** What is needed of Koa's context. */
export interface MountedContext {
  readonly req: IncomingMessage;
  readonly originalUrl: string;
  /** The path below the mounts. */
  path: string;
}

/** See the head of the file. */
export interface Mount {
  /** What all mounts have taken off the path, without a slash at its end; '' for none. */
  readonly base: string;
  /** Path and query, from the root of the server. */
  readonly url: string;
  readonly method: string | undefined;
}

/** URLs from the root of the server, of requests that rules have led elsewhere. */
const led = new WeakMap<IncomingMessage, string>();

/** The mounts that a context is in: what is missing in front of its path. */
export function mountOf(context: MountedContext): Mount {
  return { ...placeOf(context), method: context.req.method };
}

function placeOf(context: MountedContext): Omit<Mount, 'method'> {
  const { req, originalUrl } = context;
  const { path, query } = split(req.url ?? '/');
  const whole = split(led.get(req) ?? originalUrl).path;
  const mount = mountName(context);
  if (path === whole || mount === '') return { base: '', url: path + query };
  const below = path.startsWith('/') ? path : `/${path}`;
  if (below === '/' && whole.endsWith(mount)) return { base: whole, url: whole + query };
  const base = whole.slice(0, -below.length);
  const isBase = whole.endsWith(below) && base.endsWith(mount);
  return isBase ? { base, url: whole + query } : { base: mount, url: mount + below + query };
}

/** Calls the next middleware with another URL. Whoever stands in front finds the one that was there before. */
export async function callBelow(
  context: MountedContext,
  mount: Mount,
  to: string,
  next: () => Promise<unknown>,
): Promise<void> {
  const { req } = context;
  const { url = '/' } = req;
  const { base, method } = mount;
  const below = urlBelow(base, to);
  if (below === undefined) throw new LeftMountError(mount.url, to, base);
  const before = led.get(req) ?? context.originalUrl;
  led.set(req, to);
  req.url = below;
  if (base !== '') shadowPath(context, mount, to);
  try {
    await next();
  } finally {
    if (base !== '') delete (context as Partial<MountedContext>).path;
    led.set(req, before);
    req.url = url;
    if (method !== undefined) req.method = method;
  }
}

/** Until the next middleware is through, a path that a mount puts back is the one that rules have made of it. */
function shadowPath(context: MountedContext, mount: Mount, to: string): void {
  const { path: from } = split(mount.url);
  const { path: made } = split(to);
  const { request } = context as unknown as { request: { path: string } };
  const madeOf = (path: string): string | undefined =>
    path.length > from.length - mount.base.length && from.endsWith(path)
      ? urlBelow(from.slice(0, -path.length), made)
      : undefined;
  Object.defineProperty(context, 'path', {
    configurable: true,
    enumerable: true,
    get: () => request.path,
    set(path: string) {
      // A mount that is entered says its name first.
      const isEntering = request.path === `${mountName(context)}${path}`;
      request.path = (isEntering ? undefined : madeOf(path)) ?? path;
    },
  });
}

/** The mount that was entered last, whether the request is still in it or not. */
function mountName(context: MountedContext): string {
  const { mountPath = '' } = context as { mountPath?: string };
  return mountPath.replace(/\/$/, '');
}

function split(url: string): { path: string; query: string } {
  const at = url.indexOf('?');
  return at < 0 ? { path: url, query: '' } : { path: url.slice(0, at), query: url.slice(at) };
}
