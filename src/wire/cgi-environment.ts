// The meta-variables of CGI and FastCGI (RFC 3875 section 4.1), from plain facts about a request.
// Who runs the program, and where the facts come from, is decided elsewhere.

import { equalsIgnoreCase, lowerAscii, upperAscii } from '../kit/ascii.ts';
import type { HeaderList } from './header-list.ts';

/** What the server knows. Absent facts give no variable; `queryString` is always one. */
export interface CgiFacts {
  readonly serverSoftware: string;
  readonly serverSignature: string;
  readonly serverName: string;
  readonly serverAddr: string;
  readonly serverPort: number | string;
  readonly serverAdmin: string;
  readonly serverProtocol: string;
  readonly documentRoot: string;
  readonly contextPrefix: string;
  readonly contextDocumentRoot: string;
  readonly requestScheme: string;
  readonly requestMethod: string;
  /** As sent: not decoded, with the query. */
  readonly requestUri: string;
  readonly queryString: string;
  readonly scriptName: string;
  readonly scriptFilename: string;
  readonly pathInfo: string | undefined;
  readonly pathTranslated: string | undefined;
  readonly remoteAddr: string;
  readonly remotePort: number | string;
  readonly remoteHost: string | undefined;
  readonly remoteUser: string | undefined;
  readonly authType: string | undefined;
  /** The search path of the server's own environment. */
  readonly path: string | undefined;
  readonly headers: HeaderList;
  /** CGIPassAuth On: the program sees Authorization and Proxy-Authorization. */
  readonly passAuthorization: boolean;
  /** SetEnv, SetEnvIf, rewrite E= and the like. */
  readonly requestEnvironment: Iterable<readonly [string, string]>;
}

/**
 * The whole environment of a program. What the server knows wins over the request environment (CVE-2025-65082), but
 * PATH; names that differ in case or in a replaced character only are one name.
 */
export function buildCgiEnvironment(facts: CgiFacts): Map<string, string> {
  return build(facts, environmentName);
}

/** The parameters of a FastCGI request: the same, but names of the request environment stay as they are. */
export function buildFastCgiParams(facts: CgiFacts): Map<string, string> {
  return build(facts, (name) => name);
}

function build(facts: CgiFacts, nameOf: (name: string) => string): Map<string, string> {
  const variables = new Variables();
  variables.set('PATH', facts.path);
  for (const [name, value] of facts.requestEnvironment) variables.set(nameOf(name), value);
  addHeaders(variables, facts.headers, facts.passAuthorization);
  addServerFacts(variables, facts);
  addRequestFacts(variables, facts);
  return variables.toMap();
}

/** A variable name made harmless: letters, digits and `_`, no digit in front. */
export function environmentName(name: string): string {
  return name.replace(/^[0-9]/, '_').replace(/[^0-9A-Za-z_]/g, '_');
}

/**
 * The variable a header field becomes, or undefined when programs must not see it: names with anything but letters,
 * digits and `-` (an `X_A` would pose as `X-A`), Proxy (httpoxy, CVE-2016-5387), credentials, and Content-Type and
 * Content-Length, which have variables of their own.
 */
export function headerVariable(name: string, passAuthorization: boolean): string | undefined {
  if (!/^[0-9A-Za-z-]+$/.test(name)) return undefined;
  if (isOneOf(name, ['proxy', 'content-type', 'content-length'])) return undefined;
  if (!passAuthorization && isOneOf(name, ['authorization', 'proxy-authorization'])) return undefined;
  return `HTTP_${upperAscii(name).replaceAll('-', '_')}`;
}

function isOneOf(name: string, candidates: readonly string[]): boolean {
  return candidates.some((candidate) => equalsIgnoreCase(candidate, name));
}

/** Names are compared without case, as in Apache's tables; the last spelling and value count. */
class Variables {
  readonly #entries = new Map<string, readonly [string, string]>();

  set(name: string, value: string | undefined): void {
    if (value !== undefined) this.#entries.set(lowerAscii(name), [name, value]);
  }

  toMap(): Map<string, string> {
    return new Map(this.#entries.values());
  }
}

function addHeaders(variables: Variables, headers: HeaderList, passAuthorization: boolean): void {
  const merged = new Map<string, string>();
  for (const [name, value] of headers) {
    const variable = headerVariable(name, passAuthorization);
    if (variable === undefined) continue;
    const before = merged.get(variable);
    merged.set(variable, before === undefined ? value : `${before}, ${value}`);
  }
  for (const [variable, value] of merged) variables.set(variable, value);
  variables.set('CONTENT_TYPE', headers.combined('content-type'));
  variables.set('CONTENT_LENGTH', headers.get('content-length'));
}

function addServerFacts(variables: Variables, facts: CgiFacts): void {
  variables.set('GATEWAY_INTERFACE', 'CGI/1.1');
  variables.set('SERVER_SOFTWARE', facts.serverSoftware);
  variables.set('SERVER_SIGNATURE', facts.serverSignature);
  variables.set('SERVER_NAME', facts.serverName);
  variables.set('SERVER_ADDR', facts.serverAddr);
  variables.set('SERVER_PORT', String(facts.serverPort));
  variables.set('SERVER_ADMIN', facts.serverAdmin);
  variables.set('SERVER_PROTOCOL', facts.serverProtocol);
  variables.set('DOCUMENT_ROOT', facts.documentRoot);
  variables.set('CONTEXT_PREFIX', facts.contextPrefix);
  variables.set('CONTEXT_DOCUMENT_ROOT', facts.contextDocumentRoot);
}

function addRequestFacts(variables: Variables, facts: CgiFacts): void {
  variables.set('REQUEST_SCHEME', facts.requestScheme);
  variables.set('REQUEST_METHOD', facts.requestMethod);
  variables.set('REQUEST_URI', facts.requestUri);
  variables.set('QUERY_STRING', facts.queryString);
  variables.set('SCRIPT_NAME', facts.scriptName);
  variables.set('SCRIPT_FILENAME', facts.scriptFilename);
  variables.set('PATH_INFO', facts.pathInfo);
  variables.set('PATH_TRANSLATED', facts.pathTranslated);
  variables.set('REMOTE_ADDR', facts.remoteAddr);
  variables.set('REMOTE_PORT', String(facts.remotePort));
  variables.set('REMOTE_HOST', facts.remoteHost);
  variables.set('REMOTE_USER', facts.remoteUser);
  variables.set('AUTH_TYPE', facts.authType);
}
