// The head of the request to a backend: the client's fields in their order, without what belongs to its connection,
// with Host in front and what a proxy adds behind. Written as one string; nothing in it can end a line.

import type { Exchange } from '../../request/exchange.ts';
import { nominatedFields, REQUEST_HOP_BY_HOP } from '../../wire/hop-by-hop.ts';
import type { ProxyDirConfig, ProxyServerConfig } from './config.ts';
import type { Target } from './target.ts';
import { ownName, viaValue } from './via.ts';

export interface HeadOptions {
  readonly target: Target;
  readonly conf: ProxyServerConfig;
  readonly dir: ProxyDirConfig;
  /** Value of Max-Forwards to send, if any. */
  readonly maxForwards: number | undefined;
  /** The client's expectation of 100 Continue is passed on. */
  readonly expectsContinue: boolean;
}

/** How a request's body is announced. */
export type RequestFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'length'; readonly length: number };

/** Fields under way to the backend; names in lower case are kept beside their spelling. */
class Fields {
  readonly lower: string[] = [];
  readonly names: string[] = [];
  readonly values: string[] = [];

  /** Joins the value onto a field of that name, or adds the field. */
  merge(name: string, lower: string, value: string): void {
    const at = this.lower.indexOf(lower);
    if (at < 0) this.add(name, lower, value);
    else this.values[at] = `${this.values[at]}, ${value}`;
  }

  set(name: string, lower: string, value: string): void {
    const at = this.lower.indexOf(lower);
    if (at < 0) this.add(name, lower, value);
    else this.values[at] = value;
  }

  add(name: string, lower: string, value: string): void {
    this.lower.push(lower);
    this.names.push(name);
    this.values.push(value);
  }
}

function copyClientFields(x: Exchange, fields: Fields, { conf, expectsContinue }: HeadOptions): void {
  const { flat } = x.headers;
  const skipped = nominatedFields(x.headers);
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!;
    const lower = name.toLowerCase();
    if (lower === 'host' || REQUEST_HOP_BY_HOP.has(lower) || skipped?.includes(lower) === true) continue;
    if (lower === 'expect' && !expectsContinue) continue;
    if (lower === 'via' && conf.via === 'block') continue;
    fields.add(name, lower, flat[i + 1]!);
  }
}

function addOwnFields(x: Exchange, fields: Fields, options: HeadOptions): void {
  const { conf, dir, maxForwards } = options;
  if (maxForwards !== undefined) fields.set('Max-Forwards', 'max-forwards', String(maxForwards));
  if (conf.via === 'on' || conf.via === 'full') fields.merge('Via', 'via', viaValue(x, conf.via));
  if (dir.addHeaders === false) return;
  fields.merge('X-Forwarded-For', 'x-forwarded-for', x.clientAddress);
  const host = x.headers.get('host');
  if (host !== undefined) fields.merge('X-Forwarded-Host', 'x-forwarded-host', host);
  fields.merge('X-Forwarded-Server', 'x-forwarded-server', ownName(x));
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
  const fields = new Fields();
  copyClientFields(x, fields, options);
  addOwnFields(x, fields, options);
  const version = x.hasEnv() && x.env.has('force-proxy-request-1.0') ? '1.0' : '1.1';
  let text = `${x.method} ${options.target.path} HTTP/${version}\r\nHost: ${hostField(x, options)}\r\n`;
  const { names, values } = fields;
  for (let i = 0; i < names.length; i++) text += `${names[i]}: ${values[i]}\r\n`;
  return isSafe(text, names.length + 2) ? text : undefined;
}

/** The fields that frame the body and speak of the connection, and the empty line. */
export function writeFraming(framing: RequestFraming, keepAlive: boolean): string {
  const connection = keepAlive ? 'Connection: Keep-Alive\r\n\r\n' : 'Connection: close\r\n\r\n';
  if (framing.kind === 'none') return connection;
  if (framing.kind === 'chunked') return `Transfer-Encoding: chunked\r\n${connection}`;
  return `Content-Length: ${framing.length}\r\n${connection}`;
}
