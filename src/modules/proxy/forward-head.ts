// The head of the request to a backend: the client's fields in their order, without what belongs to its connection,
// with Host in front and what a proxy adds behind. Written as one string; nothing in it can end a line.

import { lowerAscii } from '../../kit/ascii.ts';
import type { Exchange } from '../../request/exchange.ts';
import { FieldTable } from '../../wire/field-table.ts';
import { nominatedFields, REQUEST_HOP_BY_HOP } from '../../wire/hop-by-hop.ts';
import type { ProxyDirConfig, ProxyServerConfig } from './config.ts';
import type { RemoteProxy } from './remote/remote-proxy.ts';
import type { Target } from './target.ts';
import { ownName, viaValue } from './via.ts';

export interface HeadOptions {
  readonly target: Target;
  readonly conf: ProxyServerConfig;
  readonly dir: ProxyDirConfig;
  /** Value of Max-Forwards to send, if any. */
  readonly maxForwards: number | undefined;
  /** 100 Continue is expected of the backend, because the client does or as a probe. */
  readonly expectsContinue: boolean;
  /** The proxy that the request goes through. */
  readonly remote: RemoteProxy | undefined;
}

/** How a request's body is announced. */
export type RequestFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'length'; readonly length: number };

/** Fields that a proxy adds to or sets, in the order in which those go that the client has not sent. */
const OWN_FIELDS = [
  'Max-Forwards',
  'Via',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Server',
] as const;
const MAX_FORWARDS = 0;
const VIA = 1;
const BEHIND_VIA = 2;

/** What becomes of a client's field: an index in OWN_FIELDS, or one of these. */
const DROPPED = -1;
const EXPECT = -2;
const PROXY_AUTHORIZATION = -3;
const CONDITION = -4;

/** What a document says that is included into another is not about the copy that the client has. */
const CONDITIONS = [
  'if-match',
  'if-modified-since',
  'if-range',
  'if-unmodified-since',
  'if-none-match',
] as const;

const CLIENT_FIELDS: FieldTable<number> = new FieldTable([
  ...OWN_FIELDS.map((name, at): [string, number] => [name, at]),
  ...[...REQUEST_HOP_BY_HOP].map((name): [string, number] => [name, DROPPED]),
  ['host', DROPPED],
  ['expect', EXPECT],
  ['proxy-authorization', PROXY_AUTHORIZATION],
  ...CONDITIONS.map((name): [string, number] => [name, CONDITION]),
]);

/** What the proxy says itself, by index in OWN_FIELDS. */
function ownValues(x: Exchange, { conf, dir, maxForwards }: HeadOptions): (string | undefined)[] {
  const max = maxForwards === undefined ? undefined : String(maxForwards);
  const via = conf.via === 'on' || conf.via === 'full' ? viaValue(x, conf.via) : undefined;
  if (dir.addHeaders === false) return [max, via];
  return [max, via, x.clientAddress, x.headers.get('host'), ownName(x)];
}

/** Field lines under way to the backend, and how many there are. */
class FieldLines {
  text = '';
  count = 0;

  add(name: string, value: string): void {
    this.text += `${name}: ${value}\r\n`;
    this.count += 1;
  }
}

function writeFields(x: Exchange, options: HeadOptions): FieldLines {
  x.site.rehearsal?.note(x, { kind: 'handing-on' });
  const lines = new FieldLines();
  const own = ownValues(x, options);
  const skipped = nominatedFields(x.headers);
  let credentials = options.remote?.credentials;
  const { flat } = x.headers;
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!;
    const kind = CLIENT_FIELDS.get(name);
    if (kind === DROPPED || skipped?.includes(lowerAscii(name)) === true) continue;
    if (kind === EXPECT && !options.expectsContinue) continue;
    if (kind === VIA && options.conf.via === 'block') continue;
    if (kind === CONDITION && x.main !== undefined) continue;
    if (kind === PROXY_AUTHORIZATION) {
      if (isOurs(x)) continue;
      lines.add(name, credentials === undefined ? flat[i + 1]! : `${flat[i + 1]!}, ${credentials}`);
      credentials = undefined;
      continue;
    }
    lines.add(name, kind === undefined || kind < 0 ? flat[i + 1]! : joinOwn(own, kind, flat[i + 1]!));
  }
  for (let at = 0; at < own.length; at++) {
    if (at === BEHIND_VIA && options.expectsContinue && !x.headers.has('expect')) {
      lines.add('Expect', '100-Continue');
    }
    const value = own[at];
    if (value !== undefined) lines.add(OWN_FIELDS[at]!, value);
  }
  if (credentials !== undefined) lines.add('Proxy-Authorization', credentials);
  return lines;
}

/** A password that this server has asked for goes no further. */
function isOurs(x: Exchange): boolean {
  return x.user !== undefined && !(x.hasEnv() && x.env.has('Proxy-Chain-Auth'));
}

/** The client's value with ours behind it, or ours in its place; said once, at the first field of that name. */
function joinOwn(own: (string | undefined)[], kind: number, value: string): string {
  const added = own[kind];
  if (added === undefined) return value;
  own[kind] = undefined;
  return kind === MAX_FORWARDS ? added : `${value}, ${added}`;
}

function hostField(x: Exchange, { dir, target }: HeadOptions): string {
  if (dir.preserveHost !== true) return target.origin.hostField;
  return x.headers.get('host') ?? ownName(x);
}

const UNSAFE = /[^\t\r\n\x20-\x7e\x80-\xff]/;

/** True when the text has exactly `lines` line ends and no other control byte. */
function isSafe(text: string, lines: number): boolean {
  let found = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (text.charCodeAt(at - 1) !== 0x0d) return false;
    found += 1;
  }
  let returns = 0;
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) returns += 1;
  return found === lines && returns === lines && !UNSAFE.test(text);
}

/**
 * Request line and fields up to those that frame the body; undefined when a byte in them cannot be sent. The version
 * is HTTP/1.1 whatever the client speaks, but for `force-proxy-request-1.0`.
 */
export function writeForwardHead(x: Exchange, options: HeadOptions): string | undefined {
  const fields = writeFields(x, options);
  const version = x.hasEnv() && x.env.has('force-proxy-request-1.0') ? '1.0' : '1.1';
  const { target, remote } = options;
  const path = remote === undefined ? target.path : target.url;
  const first = `${x.method} ${path} HTTP/${version}\r\nHost: ${hostField(x, options)}\r\n`;
  const text = first + fields.text;
  return isSafe(text, fields.count + 2) ? text : undefined;
}

/** What is said of the connection, and the empty line. `upgrade` is a field value that was checked. */
function writeConnection(keepAlive: boolean, upgrade: string | undefined): string {
  if (upgrade !== undefined) return `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n`;
  return keepAlive ? 'Connection: Keep-Alive\r\n\r\n' : 'Connection: close\r\n\r\n';
}

/** The fields that frame the body and speak of the connection, and the empty line. */
export function writeFraming(
  framing: RequestFraming,
  keepAlive: boolean,
  upgrade: string | undefined,
): string {
  const connection = writeConnection(keepAlive, upgrade);
  if (framing.kind === 'none') return connection;
  if (framing.kind === 'chunked') return `Transfer-Encoding: chunked\r\n${connection}`;
  return `Content-Length: ${framing.length}\r\n${connection}`;
}
