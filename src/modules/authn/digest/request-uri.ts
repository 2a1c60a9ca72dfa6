// Does the `uri` of a digest name what was asked for? It usually is the target, byte for byte; a proxy on the way may
// have rewritten that (RFC 2617 section 3.2.2.5), so that its parts are compared, as Apache compares them.

import { equalsIgnoreCase } from '../../../kit/ascii.ts';
import type { Exchange } from '../../../request/exchange.ts';
import { defaultPort, schemeOf, serverName, serverPort } from '../../../request/self-url.ts';

interface UriParts {
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly path: string | undefined;
  readonly query: string | undefined;
}

const URI =
  /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[^\]/?#]*\]|[^:/?#]*)(?::([0-9]*))?)?([^?#]*)(?:\?([^#]*))?/;

function decode(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function splitUri(uri: string): UriParts {
  const [, host, port, path, query] = URI.exec(uri)!;
  return {
    host: host === undefined ? undefined : decode(host),
    port: port === undefined || port === '' ? undefined : Number(port),
    path: path === undefined || path === '' ? undefined : decode(path),
    query: query === undefined ? undefined : decode(query),
  };
}

/** `root` is the request as the client made it; `ignoresQuery` for clients that leave the query out of their digests. */
export function namesRequest(uri: string, root: Exchange, ignoresQuery: boolean): boolean {
  if (uri === root.target) return true;
  if (root.method === 'CONNECT') return false;
  const said = splitUri(uri);
  const asked = splitUri(root.target);
  const query = said.query ?? (ignoresQuery ? asked.query : undefined);
  return isSameServer(said, asked, root) && isSamePath(said.path, asked, root) && query === asked.query;
}

function isSameServer(said: UriParts, asked: UriParts, root: Exchange): boolean {
  const port = asked.port ?? serverPort(root);
  if (said.port !== undefined && said.port !== port) return false;
  if (said.host === undefined || said.host === '') return true;
  if (said.port === undefined && port !== defaultPort(schemeOf(root))) return false;
  return equalsIgnoreCase(said.host, asked.host ?? serverName(root));
}

function isSamePath(said: string | undefined, asked: UriParts, root: Exchange): boolean {
  // An absolute target without a path is asked for as `*`, too.
  if (asked.path === undefined) return said === undefined || (said === '*' && asked.host !== undefined);
  return said === decode(root.uri);
}
