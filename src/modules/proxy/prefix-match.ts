// How far a path prefix of ProxyPass reaches into a URL path: by whole segments, several slashes counting as one,
// and for servlet containers with path parameters left out of the comparison.

import { normalizeRawPath } from '../../wire/url-path.ts';

const SLASH = 0x2f;
const SEMICOLON = 0x3b;

/** Bytes of `uri` that `prefix` stands for; 0 when it does not match. */
export function matchPrefix(uri: string, prefix: string): number {
  if (uri.startsWith(prefix)) return endOfMatch(uri, prefix, prefix.length);
  if (!uri.includes('//') && !prefix.includes('//')) return 0;
  return matchMerging(uri, prefix, false);
}

/** As `matchPrefix`, for `mapping=servlet`: `;name=value` of a segment is passed over. */
export function matchServletPrefix(uri: string, prefix: string): number {
  return uri.includes(';') ? matchMerging(uri, prefix, true) : matchPrefix(uri, prefix);
}

/**
 * The path as a servlet container reads it: `..;name=value` climbs like `..`, so that `/app/..;/admin` cannot pass
 * for a part of `/app`. Other parameters stay. Undefined when it climbs above the root.
 */
export function resolveServletPath(path: string): string | undefined {
  const plain = path.replace(/\/(\.\.?);[^/]*/g, '/$1');
  const resolved = normalizeRawPath(plain, true);
  return resolved.status === undefined ? resolved.path : undefined;
}

function matchMerging(uri: string, prefix: string, servlet: boolean): number {
  let at = 0;
  for (let i = 0; i < prefix.length; i++) {
    if (servlet && uri.charCodeAt(at) === SEMICOLON) at = skipParameters(uri, at);
    if (uri.charCodeAt(at) !== prefix.charCodeAt(i)) return 0;
    at += 1;
    if (prefix.charCodeAt(i) !== SLASH) continue;
    while (uri.charCodeAt(at) === SLASH) at += 1;
    while (prefix.charCodeAt(i + 1) === SLASH) i += 1;
  }
  if (!servlet || uri.charCodeAt(at) !== SEMICOLON || prefix.endsWith('/')) {
    return endOfMatch(uri, prefix, at);
  }
  // Parameters of the last segment are sent on only where more than a slash follows them, as Apache does.
  const end = skipParameters(uri, at);
  return uri.length - end <= 1 ? end : at;
}

function skipParameters(uri: string, from: number): number {
  const slash = uri.indexOf('/', from);
  return slash < 0 ? uri.length : slash;
}

function endOfMatch(uri: string, prefix: string, at: number): number {
  if (!prefix.endsWith('/')) {
    return at === uri.length || uri.charCodeAt(at) === SLASH ? at : 0;
  }
  let end = at;
  while (uri.charCodeAt(end) === SLASH) end += 1;
  return end;
}
