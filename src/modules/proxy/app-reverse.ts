// What an application says of its own place, for ProxyPassReverse lines with app:// URLs: which address that is depends
// on the process that answered.

import { lowerAscii } from '../../kit/ascii.ts';
import type { Exchange } from '../../request/exchange.ts';

const PREFIX = 'app://';

/** Is it the URL of an application? */
export function isAppUrl(url: string): boolean {
  return url.startsWith(PREFIX);
}

function noteOf(name: string): string {
  return `app-authority:${name}`;
}

/** Notes where the application that answers the exchange listens: `127.0.0.1:8000`, or `localhost` behind a socket. */
export function noteAppAuthority(x: Exchange, name: string, authority: string): void {
  x.notes.set(noteOf(name), authority);
}

/**
 * What follows `url` (`app://shop/path`) in a place that the application has named by its address; undefined when the
 * place is another, or the exchange was not answered by that application.
 */
export function restBehindApp(x: Exchange, url: string, place: string): string | undefined {
  const slash = url.indexOf('/', PREFIX.length);
  const name = lowerAscii(slash < 0 ? url.slice(PREFIX.length) : url.slice(PREFIX.length, slash));
  const own = x.note(noteOf(name));
  const found = /^https?:\/\/([^/?#]*)/i.exec(place);
  if (own === undefined || found === null || !isSamePlace(lowerAscii(found[1]!), own)) return undefined;
  const path = slash < 0 ? '' : url.slice(slash);
  // A place without a path is the root.
  const there = place.length === found[0].length ? '/' : place.slice(found[0].length);
  return there.startsWith(path) ? there.slice(path.length) : undefined;
}

/** The names that this machine has for itself: applications do not agree on one. */
const LOOPBACK = /^(?:localhost|127\.[0-9.]+|0\.0\.0\.0|\[::1?\])(?=:|$)/;

function isSamePlace(authority: string, own: string): boolean {
  if (authority === own) return true;
  const bare = authority.replace(LOOPBACK, '');
  return bare !== authority && bare === own.replace(LOOPBACK, '');
}
