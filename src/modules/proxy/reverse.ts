// ProxyPassReverse and its cookie sisters: what a backend says about itself, put into the public site's words.

import { equalsIgnoreCase, startsWithIgnoreCase } from '../../kit/ascii.ts';
import type { Exchange } from '../../request/exchange.ts';
import { selfOrigin } from '../../request/self-url.ts';
import { isAppUrl, restBehindApp } from './app-reverse.ts';
import { isBalancerUrl } from './balancer/config.ts';
import { balancersOf } from './balancer/module.ts';
import { reverseMember } from './balancer/reverse.ts';
import type { ProxyDirConfig, ReverseEntry } from './config.ts';
import { interpolateEnv } from './interpolate.ts';

/** The value of a Location-like field as the client is to see it; the same value when no entry matches. */
export function reverseLocation(x: Exchange, dir: ProxyDirConfig, value: string): string {
  for (const entry of dir.reverses) {
    const from = resolve(x, dir, entry, entry.from);
    if (isAppUrl(from)) {
      const rest = restBehindApp(x, from, value);
      if (rest !== undefined) return absolute(x, resolve(x, dir, entry, entry.to) + rest);
      continue;
    }
    const balancer = isBalancerUrl(from) ? balancersOf(x.site)?.find(x.server, from) : undefined;
    if (balancer !== undefined) {
      const mapped = reverseMember(balancer.members, from, resolve(x, dir, entry, entry.to), value);
      if (mapped !== undefined) return absolute(x, mapped);
      continue;
    }
    const start = from.charCodeAt(0) === 0x2f ? pathStart(value) : 0;
    const rest = value.slice(start);
    if (!startsWithIgnoreCase(rest, from)) continue;
    return absolute(x, resolve(x, dir, entry, entry.to) + rest.slice(from.length));
  }
  return value;
}

function absolute(x: Exchange, path: string): string {
  return path.charCodeAt(0) === 0x2f ? selfOrigin(x) + path : path;
}

function resolve(x: Exchange, dir: ProxyDirConfig, entry: ReverseEntry, text: string): string {
  return entry.interpolate && dir.interpolateEnv === true ? interpolateEnv(x, text) : text;
}

/** Where the path of an absolute URL begins; 0 for a value that is a path itself. */
function pathStart(value: string): number {
  const authority = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.exec(value);
  if (authority === null) return 0;
  const slash = value.indexOf('/', authority[0].length);
  return slash < 0 ? value.length : slash;
}

/** A Set-Cookie value with its path and domain attributes put into the public site's words. */
export function reverseCookie(x: Exchange, dir: ProxyDirConfig, value: string): string {
  if (dir.cookiePaths.length === 0 && dir.cookieDomains.length === 0) return value;
  const path = mapAttribute(x, dir, value, 'path');
  return mapAttribute(x, dir, path, 'domain');
}

function mapAttribute(x: Exchange, dir: ProxyDirConfig, value: string, name: 'path' | 'domain'): string {
  const entries = name === 'path' ? dir.cookiePaths : dir.cookieDomains;
  if (entries.length === 0) return value;
  const at = findAttribute(value, name);
  if (at === undefined) return value;
  const old = value.slice(at.from, at.to);
  for (const entry of entries) {
    const from = resolve(x, dir, entry, entry.from);
    const matches = name === 'path' ? old.startsWith(from) : startsWithIgnoreCase(old, from);
    if (matches) return value.slice(0, at.from) + resolve(x, dir, entry, entry.to) + value.slice(at.to);
  }
  return value;
}

/** Where the value of a cookie's attribute stands. */
function findAttribute(value: string, name: string): { from: number; to: number } | undefined {
  for (let semicolon = value.indexOf(';'); semicolon >= 0; semicolon = value.indexOf(';', semicolon + 1)) {
    let from = semicolon + 1;
    while (value.charCodeAt(from) === 0x20) from += 1;
    const equals = from + name.length;
    if (value.charCodeAt(equals) !== 0x3d || !equalsIgnoreCase(value.slice(from, equals), name)) continue;
    const end = value.indexOf(';', equals);
    return { from: equals + 1, to: end < 0 ? value.length : end };
  }
  return undefined;
}
