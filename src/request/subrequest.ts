// Subrequests: how another URL or file would be answered, mapped through the phases but not handled
// (DirectoryIndex, -F, -U, look-ahead variables, PATH_TRANSLATED).

import { escapePath } from '../kit/expr/transform.ts';
import { andThen, guard, type Soon } from '../kit/wait.ts';
import type { HeaderList } from '../wire/header-list.ts';
import { Environment } from './environment.ts';
import { Exchange } from './exchange.ts';
import { logException } from './log.ts';
import { maySubrequest } from './recursion.ts';
import { finishMapping, mapRequest } from './run.ts';
import { OK, type Verdict } from './verdict.ts';

/** Fields that speak of the body of the request, or make the answer depend on the client's copy. */
const LEFT_OUT = [
  'content-length',
  'transfer-encoding',
  'expect',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'range',
];

function headersFor(x: Exchange): HeaderList {
  const headers = x.headers.clone();
  for (const name of LEFT_OUT) headers.delete(name);
  return headers;
}

function subExchange(x: Exchange, rawPath: string, args: string | undefined): Exchange {
  const sub = new Exchange(
    x.site,
    x.server,
    x.transport,
    {
      requestLine: x.requestLine,
      method: 'GET',
      target: x.target,
      rawPath,
      args,
      hostname: x.hostname,
      // The port of the Host field is the main request's alone, as in Apache.
      port: undefined,
      protocol: x.protocol,
      headers: headersFor(x),
      body: undefined,
    },
    x.startedAt,
  );
  sub.main = x;
  sub.takeClient(x);
  if (x.hasEnv()) sub.env = new Environment(x.env);
  return sub;
}

function mapped(sub: Exchange, map: (x: Exchange) => Soon<Verdict>): Soon<Exchange> {
  const verdict = maySubrequest(sub.main!)
    ? guard(
        () => map(sub),
        (error) => failed(sub, error),
      )
    : 500;
  return andThen(verdict, (settled) => {
    if (settled !== OK) sub.status = settled;
    return sub;
  });
}

function failed(sub: Exchange, error: unknown): Verdict {
  logException(sub, 'core', error);
  return 500;
}

/** Maps an escaped URL path with an optional query, relative to the exchange's own. Its status is 200 when it may be served. */
export function lookupUri(x: Exchange, uri: string): Soon<Exchange> {
  const hash = uri.indexOf('#');
  const url = hash < 0 ? uri : uri.slice(0, hash);
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  // Relative to where rules have led, not to what the client asked for.
  const absolute = path.startsWith('/')
    ? path
    : escapePath(x.uri.slice(0, x.uri.lastIndexOf('/') + 1)) + path;
  return mapped(subExchange(x, absolute, query < 0 ? undefined : url.slice(query + 1)), mapRequest);
}

/** A file beside the exchange's own stands beside its URL, if that has one; any other has none. */
function guessedUri(x: Exchange, name: string, path: string): string {
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  const last = path.slice(folder.length);
  if (x.uri === '' || !path.startsWith(folder) || last === '' || last.includes('/')) return '';
  return x.uri.slice(0, x.uri.lastIndexOf('/') + 1) + last;
}

/**
 * Maps another file of the folder in which the exchange's own was looked for and is not: its URL takes the place of the
 * exchange's, with the same path info behind it (MultiViews).
 */
export function lookupNeighbour(x: Exchange, name: string): Soon<Exchange> {
  const { filename = '/', uri, pathInfo } = x;
  const own = pathInfo !== '' && uri.endsWith(pathInfo) ? uri.slice(0, -pathInfo.length) : uri;
  const sub = subExchange(x, x.rawPath, x.args);
  sub.uri = own.slice(0, own.lastIndexOf('/') + 1) + name + pathInfo;
  sub.filename = filename.slice(0, filename.lastIndexOf('/') + 1) + name;
  sub.pathInfo = pathInfo;
  return mapped(sub, finishMapping);
}

/** Maps a file (relative names stand beside the exchange's file), URL translation left out. */
export function lookupFile(x: Exchange, file: string): Soon<Exchange> {
  const name = x.filename ?? '/';
  const path = file.startsWith('/') ? file : name.slice(0, name.lastIndexOf('/') + 1) + file;
  const sub = subExchange(x, x.rawPath, x.args);
  sub.uri = guessedUri(x, name, path);
  sub.filename = path;
  return mapped(sub, finishMapping);
}
