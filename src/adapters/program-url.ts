// The URL that a request has for the program once the rules are through with it.

import type { Exchange } from '../request/exchange.ts';
import { documentRoot } from '../request/walk.ts';
import { escapeUrl } from '../rules/escape.ts';

/** Path and query. A path that no rule has changed stays byte for byte as it came, and what rules have made is escaped. */
export function urlForProgram(x: Exchange, hasDocuments: boolean): string {
  const path = pathOf(x, hasDocuments);
  const isSame = path === x.uri || `${path}/` === x.uri;
  const raw = isSame ? (x.prev === undefined ? x.rawPath : escapeUrl(x.uri)) : escapeUrl(path);
  return x.args === undefined ? raw : `${raw}?${x.args}`;
}

/** The decoded path: from the name of the file that the rules of a server came to, else the request's own. */
function pathOf(x: Exchange, hasDocuments: boolean): string {
  const name = (x.filename ?? '') + x.pathInfo;
  const { contextDocumentRoot, contextPrefix } = x;
  if (contextDocumentRoot !== undefined)
    return replaceFolder(name, contextDocumentRoot, contextPrefix) ?? x.uri;
  const below = replaceFolder(name, documentRoot(x), '');
  if (below !== undefined) return below;
  // A path that begins like one of the machine's is left as it is by rules; without documents it is a URL all the same.
  return !hasDocuments && name.startsWith('/') ? name : x.uri;
}

function replaceFolder(name: string, folder: string, prefix: string): string | undefined {
  const whole = folder.replace(/\/$/, '');
  if (name === whole) return prefix === '' ? '/' : prefix;
  return name.startsWith(`${whole}/`) ? prefix.replace(/\/$/, '') + name.slice(whole.length) : undefined;
}
