// LogFormat strings: compiled once to a list of readers, run once per request (Apache mod_log_config manual).
// Owns the items and the escaping; where lines go is index.ts.

import { equalsIgnoreCase } from '../../kit/ascii.ts';
import { coreServer } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { serverName, serverPort } from '../../request/self-url.ts';
import { protocolName } from '../../request/variables.ts';
import { clfTime, formatTime } from './time.ts';

/** One line's text from the first exchange of a chain. */
export type LogFormat = (x: Exchange) => string;

/** An item's text, or undefined which is logged as `-`. */
type Reader = (x: Exchange, argument: string) => string | undefined;

interface Item {
  readonly read: Reader;
  /** Looks at the request as it came instead of the one that was answered after redirects. */
  readonly original?: boolean;
}

/** What cannot stand in a log line as it is: quotes, backslashes, control bytes and bytes above ASCII. */
const UNSAFE = /[\x00-\x1f"\\\x7f-\xff]/;
const ALL_UNSAFE = /[\x00-\x1f"\\\x7f-\xff]/g;

const NAMED_ESCAPES: { readonly [byte: string]: string } = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** Makes bytes of a client harmless inside a quoted log field. */
export function escapeLogItem(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return text.replace(
    ALL_UNSAFE,
    (byte) => NAMED_ESCAPES[byte] ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

function escaped(text: string | undefined): string | undefined {
  return text === undefined ? undefined : escapeLogItem(text);
}

/** Microseconds since the request's first line was read. */
function elapsed(x: Exchange): number {
  return Math.max(0, Math.round((x.site.io.now() - x.startedAt) * 1000));
}

function elapsedIn(x: Exchange, unit: string): string {
  const micros = elapsed(x);
  if (unit === 'us') return String(micros);
  return String(Math.floor(micros / (unit === 'ms' ? 1000 : 1_000_000)));
}

function responseField(x: Exchange, name: string): string | undefined {
  const lower = name.toLowerCase();
  const type = lower === 'content-type' ? x.contentType : undefined;
  return type ?? x.headersOut.combined(lower) ?? x.errHeadersOut.combined(lower);
}

function cookie(x: Exchange, name: string): string | undefined {
  for (const pair of (x.headers.combined('cookie') ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && equalsIgnoreCase(pair.slice(0, equals).trim(), name))
      return pair.slice(equals + 1).trim();
  }
  return undefined;
}

function portOf(x: Exchange, which: string): string {
  if (which === 'local') return String(x.transport.localPort);
  if (which === 'remote') return String(x.clientPort);
  return String(serverPort(x));
}

/** `X` aborted, `+` may be kept alive, `-` closed. */
function connectionStatus(x: Exchange): string {
  if (!x.complete) return 'X';
  return x.last().closeAfter ? '-' : '+';
}

const ITEMS: ReadonlyMap<string, Item> = new Map<string, Item>([
  ['%', { read: () => '%' }],
  ['a', { read: (x, which) => (which === 'c' ? x.transport.remoteAddress : x.clientAddress) }],
  ['A', { read: (x) => x.transport.localAddress }],
  ['h', { read: (x) => x.clientAddress }],
  ['l', { read: () => undefined }],
  ['u', { read: (x) => (x.user === '' ? '""' : escaped(x.user)) }],
  ['t', { read: (x, format) => (format === '' ? clfTime(x.startedAt) : formatTime(x, format)) }],
  ['r', { read: (x) => escaped(x.requestLine || undefined), original: true }],
  ['s', { read: (x) => String(x.status), original: true }],
  ['b', { read: (x) => (x.initial().bytesSent === 0 ? undefined : String(x.initial().bytesSent)) }],
  ['B', { read: (x) => String(x.initial().bytesSent) }],
  ['O', { read: (x) => String(x.initial().wireBytesSent) }],
  ['i', { read: (x, name) => escaped(x.headers.combined(name.toLowerCase())) }],
  ['o', { read: (x, name) => escaped(responseField(x, name)) }],
  ['e', { read: (x, name) => escaped(x.hasEnv() ? x.env.get(name) : undefined) }],
  ['n', { read: (x, name) => escaped(x.note(name)) }],
  ['C', { read: (x, name) => escaped(cookie(x, name)) }],
  ['D', { read: (x) => String(elapsed(x)), original: true }],
  ['T', { read: elapsedIn, original: true }],
  ['f', { read: (x) => escaped(x.filename) }],
  ['H', { read: protocolName }],
  ['k', { read: (x) => String(x.transport.served) }],
  ['L', { read: (x) => String(x.initial().id) }],
  ['m', { read: (x) => escaped(x.method) }],
  ['p', { read: portOf }],
  ['P', { read: (x) => String(x.site.io.pid) }],
  ['q', { read: (x) => (x.args === undefined ? '' : escapeLogItem(`?${x.args}`)) }],
  ['R', { read: (x) => escaped(x.handler) }],
  ['U', { read: (x) => escaped(x.uri), original: true }],
  ['v', { read: (x) => escaped(coreServer(x.server).serverName ?? x.transport.localAddress) }],
  ['V', { read: (x) => escaped(serverName(x)) }],
  ['X', { read: (x) => connectionStatus(x.initial()) }],
]);

/** Which statuses an item is logged for: `%400,501{User-agent}i`, `%!200…`. */
interface StatusFilter {
  readonly negated: boolean;
  readonly statuses: readonly number[];
}

const DIRECTIVE = /%(!?)([\d,]*)([<>]*)(?:\{([^}]*)\})?([<>]*)(\^?[A-Za-z%]{1})/y;

export interface FormatError {
  readonly message: string;
}

/** Compiles a format string; `\"`, `\\`, `\n` and `\t` in it are escapes. */
export function compileLogFormat(text: string): LogFormat | FormatError {
  const parts: (string | LogFormat)[] = [];
  let at = 0;
  while (at < text.length) {
    const percent = text.indexOf('%', at);
    if (percent < 0) break;
    parts.push(unescapeLiteral(text.slice(at, percent)));
    DIRECTIVE.lastIndex = percent;
    const found = DIRECTIVE.exec(text);
    const item = found === null ? undefined : ITEMS.get(found[6]!);
    if (found === null || item === undefined) {
      return { message: `Unrecognized LogFormat directive %${text.slice(percent + 1, percent + 2)}` };
    }
    parts.push(compileItem(item, found));
    at = DIRECTIVE.lastIndex;
  }
  parts.push(unescapeLiteral(text.slice(at)));
  return joinParts(parts.filter((part) => part !== ''));
}

function unescapeLiteral(text: string): string {
  return text.replace(/\\(.)/gs, (whole, c: string) => {
    if (c === 'n') return '\n';
    if (c === 't') return '\t';
    return c === '\\' || c === '"' ? c : whole;
  });
}

function compileItem(item: Item, found: RegExpExecArray): LogFormat {
  const [, negated, statuses, before, argument, after] = found;
  const marks = `${before ?? ''}${after ?? ''}`;
  const original = marks.includes('<') || (item.original === true && !marks.includes('>'));
  const filter: StatusFilter | undefined =
    statuses === '' ? undefined : { negated: negated === '!', statuses: statuses!.split(',').map(Number) };
  const read = item.read;
  const name = argument ?? '';
  return (first) => {
    const x = original ? first : first.last();
    if (filter !== undefined && filter.statuses.includes(first.last().status) === filter.negated) return '-';
    return read(x, name) ?? '-';
  };
}

function joinParts(parts: readonly (string | LogFormat)[]): LogFormat {
  return (x) => {
    let line = '';
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      line += typeof part === 'string' ? part : part(x);
    }
    return line;
  };
}
