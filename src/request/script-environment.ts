// What a script is told of the exchange it answers, whether by CGI or FastCGI; wire makes variables of it.

import type { CgiFacts } from '../wire/cgi-environment.ts';
import { coreDir, coreServer } from './core-config.ts';
import { signature } from './error-page.ts';
import type { Exchange } from './exchange.ts';
import { schemeOf, selfOrigin, serverName, serverPort } from './self-url.ts';
import { serverSoftware } from './software.ts';
import { protocolName } from './variables.ts';
import { documentRoot } from './walk.ts';

/**
 * The URL path without what it shares, from the end, with the path info: up to a slash, where rules have made path
 * info that no URL had. Doubled slashes count as one.
 */
function scriptName(uri: string, pathInfo: string): string {
  if (pathInfo === '') return uri;
  let at = uri.length;
  let rest = pathInfo.length;
  while (at > 0 && rest > 0 && uri[at - 1] === pathInfo[rest - 1]) {
    at--;
    rest--;
    if (uri[at] === '/') while (at > 0 && uri[at - 1] === '/') at--;
  }
  const slash = uri.indexOf('/', Math.max(0, at - 1));
  return slash < 0 ? uri : uri.slice(0, slash);
}

function escapePath(path: string): string {
  return path.replace(
    /[^A-Za-z0-9$\-_.+!*'(),:@&=/~]/g,
    (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** Path info mapped as a URL of its own (RFC 3875 section 4.1.6). */
async function pathTranslated(x: Exchange): Promise<string | undefined> {
  if (x.pathInfo === '') return undefined;
  const sub = await x.site.lookupUri(x, escapePath(x.pathInfo));
  return sub.filename === undefined ? undefined : sub.filename + sub.pathInfo;
}

function wholeUrl(x: Exchange): string {
  return `${selfOrigin(x)}${x.uri}${x.args === undefined ? '' : `?${x.args}`}`;
}

/** What an error document or a rewritten request is told of the request before it. */
function redirectVariables(x: Exchange): [string, string][] {
  const variables: [string, string][] = [];
  if (x.prev === undefined) return variables;
  const { qualifyRedirectUrl } = coreDir(x.dirConfig);
  variables.push(['REDIRECT_URL', qualifyRedirectUrl ? wholeUrl(x.prev) : x.prev.uri]);
  if (x.prev.args !== undefined) variables.push(['REDIRECT_QUERY_STRING', x.prev.args]);
  const user = x.user === undefined ? earlierUser(x.prev) : undefined;
  if (user !== undefined) variables.push(['REDIRECT_REMOTE_USER', user]);
  return variables;
}

/** Who the client was to a request that led here. */
function earlierUser(x: Exchange | undefined): string | undefined {
  for (let at = x; at !== undefined; at = at.prev) if (at.user !== undefined) return at.user;
  return undefined;
}

/** Where a script's environment is made, the last value of a variable is its only one, also for what comes later. */
function takeLastValues(x: Exchange): void {
  if (x.scriptEnv === undefined) return;
  for (const [name, value] of x.scriptEnv) x.env.set(name, value);
  x.scriptEnv = undefined;
}

/** The facts for the variables of a script, as byte strings. */
export async function scriptFacts(x: Exchange): Promise<CgiFacts> {
  takeLastValues(x);
  return {
    serverSoftware: serverSoftware(x.site),
    serverSignature: signature(x),
    serverName: serverName(x),
    serverAddr: x.transport.localAddress,
    serverPort: serverPort(x),
    serverAdmin: coreServer(x.server).serverAdmin ?? '[no address given]',
    serverProtocol: protocolName(x),
    documentRoot: documentRoot(x),
    contextPrefix: x.contextPrefix,
    contextDocumentRoot: x.contextDocumentRoot ?? documentRoot(x),
    requestScheme: schemeOf(x),
    requestMethod: x.method,
    requestUri: coreDir(x.dirConfig).cgiCurrentUri ? x.uri : x.target,
    queryString: x.args ?? '',
    scriptName: scriptName(x.uri, x.pathInfo),
    scriptFilename: x.filename ?? '',
    pathInfo: x.pathInfo === '' ? undefined : x.pathInfo,
    pathTranslated: await pathTranslated(x),
    remoteAddr: x.clientAddress,
    remotePort: x.clientPort,
    remoteHost: undefined,
    remoteUser: x.user,
    authType: x.authType,
    path: x.site.io.env('PATH'),
    headers: x.headers,
    passAuthorization: coreDir(x.dirConfig).cgiPassAuth ?? false,
    requestEnvironment: [...x.env, ...(x.coveredEnv ?? []), ...redirectVariables(x)],
  };
}
