// The items of LogFormat strings (Apache mod_log_config and mod_logio manuals): what each letter says of a request.

import { equalsIgnoreCase, lowerAscii } from '../../kit/ascii.ts';
import { coreServer } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { connectionLogId, requestLogId } from '../../request/log-id.ts';
import { defaultPort, schemeOf, serverName } from '../../request/self-url.ts';
import { protocolName } from '../../request/variables.ts';
import { escapeLogItem } from './escape.ts';
import { FIRST_BYTE_NOTE } from './first-byte.ts';
import { clfTime, compileTimeFormat } from './time.ts';

/** An item's text, or undefined which is logged as `-`. */
export type Reader = (x: Exchange) => string | undefined;

export interface Item {
  /** The reader for the `{argument}` of the item, '' when there is none. */
  readonly compile: (argument: string) => Reader;
  /** Looks at the request as it came instead of the one that was answered after redirects. */
  readonly original?: true;
}

function escaped(text: string | undefined): string | undefined {
  return text === undefined ? undefined : escapeLogItem(text);
}

/** An item without an argument. */
function plain(read: Reader): Item {
  return { compile: () => read };
}

/** An item that looks something up by its argument. */
function named(read: (x: Exchange, name: string) => string | undefined): Item {
  return { compile: (name) => (x) => escaped(read(x, name)) };
}

function original(item: Item): Item {
  return { ...item, original: true };
}

/** Microseconds since the request's first line was read. */
function elapsed(x: Exchange): number {
  return Math.max(0, Math.round((x.site.io.now() - x.startedAt) * 1000));
}

/** Apache: a unit that it does not know is logged itself. */
function duration(unit: string): Reader {
  switch (lowerAscii(unit)) {
    case '':
    case 's':
      return (x) => String(Math.floor(elapsed(x) / 1_000_000));
    case 'ms':
      return (x) => String(Math.floor(elapsed(x) / 1000));
    case 'us':
      return (x) => String(elapsed(x));
    default:
      return () => unit;
  }
}

function requestTime(argument: string): Reader {
  if (argument === '') return (x) => clfTime(x.startedAt);
  const { moment, write } = compileTimeFormat(argument);
  return moment === 'begin' ? (x) => write(x.startedAt) : (x) => write(x.site.io.now());
}

/** Apache: one value per name, but all cookies; the type without its parameters. */
function responseField(x: Exchange, name: string): string | undefined {
  const lower = lowerAscii(name);
  const sent = x.sentHeaders ?? x.headersOut;
  if (lower === 'content-type' && x.contentType !== undefined)
    return x.contentType.replace(/[ \t]*;.*$/s, '');
  if (lower === 'set-cookie') return sent.combined(lower);
  // Apache makes these two anew for each answer, beside its list of fields.
  if (lower === 'date' || lower === 'server') return undefined;
  return sent.get(lower);
}

function cookie(x: Exchange, name: string): string | undefined {
  for (const pair of (x.headers.combined('cookie') ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals < 0 || !equalsIgnoreCase(pair.slice(0, equals).trim(), name)) continue;
    const value = pair.slice(equals + 1);
    if (value !== '') return value.trim();
  }
  return undefined;
}

/** Whatever the client has said. */
function canonicalPort(x: Exchange): string {
  return String(coreServer(x.server).serverPort || defaultPort(schemeOf(x)));
}

function port(which: string): Reader {
  switch (lowerAscii(which)) {
    case '':
    case 'canonical':
      return canonicalPort;
    case 'local':
      return (x) => String(x.transport.localPort);
    case 'remote':
      return (x) => String(x.clientPort);
    default:
      return () => which;
  }
}

/** There is one thread, which Linux numbers as the process. */
function processId(which: string): Reader {
  switch (lowerAscii(which)) {
    case '':
    case 'pid':
    case 'tid':
      return (x) => String(x.site.io.pid);
    case 'hextid':
      return (x) => `0x${x.site.io.pid.toString(16)}`;
    default:
      return () => which;
  }
}

/** Requests that the connection may still take after those before this one; Apache's default is 100. */
function requestsLeft(x: Exchange): number {
  const most = coreServer(x.server).maxKeepAliveRequests ?? 100;
  return most === 0 ? Number.POSITIVE_INFINITY : most - x.transport.served;
}

/** `X` aborted, `+` may be kept alive, `-` closed; also where the next request will be the last. */
function connectionStatus(x: Exchange): string {
  if (!x.initial().complete) return 'X';
  return x.transport.staysOpen === true && requestsLeft(x) > 1 ? '+' : '-';
}

/** Requests before this one on the connection. Apache: one that ends it of itself does not count. */
function requestsBefore(x: Exchange): string {
  const { served, staysOpen } = x.transport;
  return String(staysOpen === true || requestsLeft(x) <= 0 ? served : Math.max(0, served - 1));
}

/** Apache: a password in a target is nobody's to read. */
function requestLine({ requestLine: line, target }: Exchange): string | undefined {
  if (line === '') return undefined;
  if (target.startsWith('/') || !line.includes('@')) return escapeLogItem(line);
  return escapeLogItem(line.replace(/^(\S+ [A-Za-z][\w+.-]*:\/\/[^/?#@:\s]*:)[^/?#@\s]*@/, '$1XXXXXXXX@'));
}

function logId(which: string): Reader {
  return which === 'c' ? (x) => connectionLogId(x.transport) : requestLogId;
}

/** Of the answer; what was redirected elsewhere has sent nothing. */
function bodyBytes(x: Exchange): number {
  return x.next === undefined ? x.initial().bytesSent : 0;
}

function bytesOut(x: Exchange): number {
  return x.initial().wireBytesSent + (x.transport.interimBytes ?? 0);
}

function bytesIn(x: Exchange): number {
  return x.transport.received ?? 0;
}

function address(which: string): Reader {
  return which === 'c' ? (x) => x.transport.remoteAddress : (x) => x.clientAddress;
}

export const ITEMS: ReadonlyMap<string, Item> = new Map<string, Item>([
  ['a', { compile: address }],
  ['A', plain((x) => x.transport.localAddress)],
  ['h', { compile: address }],
  ['l', plain(() => undefined)],
  ['u', plain((x) => (x.user === '' ? '""' : escaped(x.user)))],
  ['t', { compile: requestTime }],
  ['r', original(plain(requestLine))],
  ['s', original(plain((x) => String(x.status)))],
  ['b', plain((x) => (bodyBytes(x) === 0 ? undefined : String(bodyBytes(x))))],
  ['B', plain((x) => String(bodyBytes(x)))],
  ['I', plain((x) => String(bytesIn(x)))],
  ['O', plain((x) => String(bytesOut(x)))],
  ['S', plain((x) => String(bytesIn(x) + bytesOut(x)))],
  ['^FB', plain((x) => x.note(FIRST_BYTE_NOTE))],
  ['i', named((x, name) => x.headers.combined(lowerAscii(name)))],
  ['o', named(responseField)],
  ['^ti', named((x, name) => x.transport.trailers?.combined(lowerAscii(name)))],
  // Trailers of an answer are not sent on.
  ['^to', plain(() => undefined)],
  ['e', named((x, name) => (x.hasEnv() ? x.env.get(name) : undefined))],
  ['n', named((x, name) => x.note(name))],
  ['C', named(cookie)],
  ['D', original(plain((x) => String(elapsed(x))))],
  ['T', original({ compile: duration })],
  ['f', plain((x) => escaped(x.filename))],
  ['H', plain(protocolName)],
  ['k', plain(requestsBefore)],
  ['L', original({ compile: logId })],
  ['m', plain((x) => escaped(x.method))],
  ['p', { compile: port }],
  ['P', { compile: processId }],
  ['q', plain((x) => (x.args === undefined ? '' : escapeLogItem(`?${x.args}`)))],
  ['R', original(plain((x) => escaped(x.handler)))],
  ['U', original(plain((x) => escaped(x.uri)))],
  ['v', plain((x) => escaped(coreServer(x.server).serverName ?? x.transport.localAddress))],
  ['V', plain((x) => escaped(serverName(x)))],
  ['X', plain(connectionStatus)],
]);
