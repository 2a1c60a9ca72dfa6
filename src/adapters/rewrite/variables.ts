// Server variables, as %{NAME} in rules and expressions reads them, from a request that no server has received.

import { timeVariables } from '../../kit/time-variables.ts';
import { defaultPort } from '../../request/self-url.ts';
import type { Attempt } from './attempt.ts';

type Reader = (x: Attempt) => string;

function header(name: string): Reader {
  return (x) => x.client.header(name) ?? '';
}

function time(part: (t: Date) => string): Reader {
  return (x) => part(x.client.time);
}

/** The name in URLs of this server: the host that was asked for, else ServerName. */
export function serverName(x: Attempt): string {
  return x.client.host.name || (x.program.identity.name ?? 'localhost');
}

/** The port that goes with it. A look-ahead request does not know the one that was asked for. */
export function serverPort(x: Attempt): number {
  const asked = x.isSubrequest ? undefined : x.client.host.port;
  return asked ?? x.program.identity.port ?? defaultPort(x.client.scheme);
}

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['HTTP_HOST', header('host')],
  ['HTTP_REFERER', header('referer')],
  ['HTTP_COOKIE', header('cookie')],
  ['HTTP_USER_AGENT', header('user-agent')],
  ['HTTP_ACCEPT', header('accept')],
  ['HTTP_FORWARDED', header('forwarded')],
  ['HTTP_PROXY_CONNECTION', header('proxy-connection')],
  ['CONTENT_TYPE', (x) => x.type ?? ''],
  ['REQUEST_METHOD', (x) => x.method],
  ['REQUEST_SCHEME', (x) => x.client.scheme],
  ['REQUEST_URI', (x) => x.uri],
  ['DOCUMENT_URI', (x) => x.uri],
  ['REQUEST_FILENAME', (x) => x.filename ?? ''],
  ['SCRIPT_FILENAME', (x) => x.filename ?? ''],
  ['PATH_INFO', (x) => x.pathInfo],
  ['QUERY_STRING', (x) => x.args ?? ''],
  ['THE_REQUEST', (x) => x.client.requestLine],
  ['SERVER_PROTOCOL', (x) => (x.isSubrequest ? 'INCLUDED' : x.client.protocol)],
  ['IS_SUBREQ', (x) => (x.isSubrequest ? 'true' : 'false')],
  ['DOCUMENT_ROOT', (x) => x.program.documentRoot || '/'],
  ['CONTEXT_PREFIX', () => ''],
  ['CONTEXT_DOCUMENT_ROOT', (x) => x.program.documentRoot || '/'],
  ['SERVER_ADMIN', (x) => x.program.identity.admin ?? '[no address given]'],
  ['SERVER_NAME', serverName],
  ['SERVER_ADDR', (x) => x.program.identity.address ?? '127.0.0.1'],
  ['SERVER_PORT', (x) => String(serverPort(x))],
  ['SERVER_SOFTWARE', (x) => x.program.identity.software ?? 'Apache'],
  ['API_VERSION', () => '20120211'],
  ['REMOTE_ADDR', (x) => x.client.remoteAddress],
  ['CONN_REMOTE_ADDR', (x) => x.client.remoteAddress],
  ['REMOTE_HOST', (x) => x.client.remoteHost],
  ['REMOTE_PORT', (x) => x.client.remotePort],
  ['REMOTE_USER', (x) => x.client.remoteUser],
  ['AUTH_TYPE', (x) => x.client.authType],
  ['HTTPS', (x) => (x.client.scheme === 'https' ? 'on' : 'off')],
  ['HTTP2', () => 'off'],
  ['IPV6', (x) => (x.client.remoteAddress.includes(':') ? 'on' : 'off')],
  ['HANDLER', (x) => x.handler ?? ''],
  ['REQUEST_STATUS', (x) => String(x.status)],
  // Whose a file is, callers do not tell.
  ['SCRIPT_USER', () => '<unknown>'],
  ['SCRIPT_GROUP', () => '<unknown>'],
  ...timeVariables.map(([name, part]): [string, Reader] => [name, time(part)]),
]);

/** The value of a variable by its upper-case name; empty when there is no such variable. */
export function serverVariable(x: Attempt, name: string): string {
  return readers.get(name)?.(x) ?? '';
}
