// fcgi:// URLs put into the form in which an application is told of its script, and the path info that
// `proxy-fcgi-pathinfo` asks for. The query is no part of either.

import { coreServer } from '../../../request/core-config.ts';
import type { Exchange } from '../../../request/exchange.ts';
import { escapeTargetPath, parseOrigin, type SplitUrl, type Target, type TargetFault } from '../target.ts';

/** Note of the file that `proxy-fcgi-pathinfo=full` has found. */
export const SCRIPT_FILE = 'proxy-fcgi-script';

/** What a path that is sent as it stands may not contain: PHP-FPM takes a `?` for the end of the script's name. */
const CONTROL = /[\x00-\x1f\x7f]/;
const UNSAFE = /[\x00-\x1f\x7f?]/;

/** A decoded path of a URL, one that was never decoded (`nocanon`), or the name of a file that a handler takes over. */
export type PathKind = 'decoded' | 'raw' | 'file';

/** The canonical target of a split URL, or why it has none. */
export function canonicalFcgi(
  x: Exchange,
  split: SplitUrl,
  { kind, isGeneric }: { readonly kind: PathKind; readonly isGeneric: boolean },
): Target | TargetFault {
  const origin = parseOrigin(split.scheme, split.authority, split.socket);
  if (origin === undefined) {
    const text = `AH01059: error parsing URL //${split.authority}${split.rest}: Invalid host/port`;
    return { status: 400, text };
  }
  const given = pathOf(x, split, kind);
  if (kind !== 'decoded' && (isGeneric ? CONTROL : UNSAFE).test(given)) {
    return {
      status: 403,
      text: `AH10414: To be forwarded path contains control characters or '?' (${given})`,
    };
  }
  const keepSlashes = coreServer(x.server).allowEncodedSlashes === 'nodecode';
  const path = kind === 'decoded' ? escapeTargetPath(given, keepSlashes) : given;
  const way = x.hasEnv() ? x.env.get('proxy-fcgi-pathinfo') : undefined;
  if (way !== undefined) setPathInfo(x, way.toLowerCase(), path);
  return { origin, path: `/${path}`, url: `fcgi://${origin.authority}/${path}` };
}

/** Apache: what was never decoded includes its query. */
function pathOf(x: Exchange, { rest }: SplitUrl, kind: PathKind): string {
  const path = rest.startsWith('/') ? rest.slice(1) : '';
  return kind === 'raw' && x.args !== undefined ? `${path}?${x.args}` : path;
}

/** Path info made of an escaped path, for applications that cannot find out for themselves. */
function setPathInfo(x: Exchange, way: string, path: string): void {
  switch (way) {
    case 'full':
      findOnDisk(x, path);
      break;
    case 'first-dot':
      setBehindDot(x, path, path.indexOf('.'));
      break;
    case 'last-dot':
      setBehindDot(x, path, path.lastIndexOf('.'));
      break;
    case 'unescape':
      x.pathInfo = unescapePath(`/${path}`);
      break;
    default:
      x.pathInfo = `/${path}`;
  }
}

/** The first file on the way down the path is the script; what follows it is path info. Without one nothing is known. */
function findOnDisk(x: Exchange, escaped: string): void {
  const path = unescapePath(`/${escaped}`);
  for (let end = nextSlash(path, 0); ; end = nextSlash(path, end)) {
    const kind = kindOf(x, path.slice(0, end));
    if (kind === 'file') {
      x.notes.set(SCRIPT_FILE, path.slice(0, end));
      x.pathInfo = path.slice(end);
    }
    if (kind !== 'directory' || end === path.length) return;
  }
}

function nextSlash(path: string, from: number): number {
  const slash = path.indexOf('/', from + 1);
  return slash < 0 ? path.length : slash;
}

function kindOf(x: Exchange, path: string): string | undefined {
  try {
    return x.site.io.stat(path)?.kind;
  } catch {
    return undefined;
  }
}

function setBehindDot(x: Exchange, path: string, dot: number): void {
  const slash = dot < 0 ? -1 : path.indexOf('/', dot);
  if (slash >= 0) x.pathInfo = unescapePath(path.slice(slash));
}

/** Decoded, but for slashes and NUL. */
function unescapePath(path: string): string {
  return path.replace(/%(?!2[Ff]|00)([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
