// Server variables, as mod_rewrite's %{NAME} and expressions read them. One table for both; where the two differ,
// the caller says so. Values are byte strings; what is unknown or unset is empty.

import type { FileFacts } from '../conf/io.ts';
import { fullTime, timeVariables } from '../kit/time-variables.ts';
import { coreServer } from './core-config.ts';
import type { Exchange } from './exchange.ts';
import { schemeOf, serverName, serverPort } from './self-url.ts';
import { serverSoftware } from './software.ts';
import { documentRoot } from './walk.ts';

/** Major module magic number of the Apache release that is followed. */
const API_VERSION = '20120211';

type Reader = (x: Exchange) => string;

function header(name: string): Reader {
  return (x) => x.headers.combined(name) ?? '';
}

function timePart(part: (t: Date) => string): Reader {
  return (x) => part(new Date(x.site.io.now()));
}

/** `HTTP/1.1` from 1001. */
export function protocolName(x: Exchange): string {
  return `HTTP/${Math.floor(x.protocol / 1000)}.${x.protocol % 1000}`;
}

function owner(name: (x: Exchange, owner: FileFacts) => string | undefined): Reader {
  return (x) => (x.owner === undefined ? '<unknown>' : (name(x, x.owner) ?? ''));
}

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['HTTP_HOST', header('host')],
  ['HTTP_REFERER', header('referer')],
  ['HTTP_COOKIE', header('cookie')],
  ['HTTP_USER_AGENT', header('user-agent')],
  ['HTTP_ACCEPT', header('accept')],
  ['HTTP_FORWARDED', header('forwarded')],
  ['HTTP_PROXY_CONNECTION', header('proxy-connection')],
  // Of the answer, as far as it is known; the request's is a field.
  ['CONTENT_TYPE', (x) => x.contentType ?? ''],
  ['REQUEST_METHOD', (x) => x.method],
  ['REQUEST_SCHEME', schemeOf],
  ['REQUEST_URI', (x) => x.uri],
  ['DOCUMENT_URI', (x) => x.uri],
  ['REQUEST_FILENAME', (x) => x.filename ?? ''],
  ['SCRIPT_FILENAME', (x) => x.filename ?? ''],
  ['PATH_INFO', (x) => x.pathInfo],
  ['QUERY_STRING', (x) => x.args ?? ''],
  ['THE_REQUEST', (x) => x.requestLine],
  ['SERVER_PROTOCOL', (x) => (x.isSubrequest() ? 'INCLUDED' : protocolName(x))],
  ['IS_SUBREQ', (x) => (x.isSubrequest() ? 'true' : 'false')],
  ['DOCUMENT_ROOT', documentRoot],
  ['CONTEXT_PREFIX', (x) => x.contextPrefix],
  ['CONTEXT_DOCUMENT_ROOT', (x) => x.contextDocumentRoot ?? documentRoot(x)],
  ['SERVER_ADMIN', (x) => coreServer(x.server).serverAdmin ?? '[no address given]'],
  ['SERVER_NAME', serverName],
  ['SERVER_ADDR', (x) => x.transport.localAddress],
  ['SERVER_PORT', (x) => String(serverPort(x))],
  ['SERVER_SOFTWARE', (x) => serverSoftware(x.site)],
  ['API_VERSION', () => API_VERSION],
  ['REMOTE_ADDR', (x) => x.clientAddress],
  ['CONN_REMOTE_ADDR', (x) => x.transport.remoteAddress],
  // HostnameLookups is off: the host is the address.
  ['REMOTE_HOST', (x) => x.clientAddress],
  ['REMOTE_PORT', (x) => String(x.transport.remotePort)],
  ['REMOTE_USER', (x) => x.user ?? ''],
  ['AUTH_TYPE', (x) => x.authType ?? ''],
  ['HTTPS', (x) => (x.transport.secure ? 'on' : 'off')],
  ['HTTP2', () => 'off'],
  ['IPV6', (x) => (x.clientAddress.includes(':') ? 'on' : 'off')],
  ['HANDLER', (x) => x.handler ?? ''],
  ['REQUEST_STATUS', (x) => String(x.status)],
  ['LAST_MODIFIED', (x) => fullTime(new Date(Date.parse(x.headersOut.get('last-modified') ?? '') || 0))],
  ['SCRIPT_USER', owner((x, { uid }) => x.site.io.userName(uid))],
  ['SCRIPT_GROUP', owner((x, { gid }) => x.site.io.groupName(gid))],
  ...timeVariables.map(([name, part]): [string, Reader] => [name, timePart(part)]),
]);

/** The value of a variable by its upper-case name; empty when there is no such variable. */
export function serverVariable(x: Exchange, name: string): string {
  return READERS.get(name)?.(x) ?? '';
}
