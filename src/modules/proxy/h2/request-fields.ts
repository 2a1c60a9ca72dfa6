// A request's head as HTTP/2 has it. Which fields travel, and with which values, is decided once for all protocols, in
// forward-head.ts: what it writes is read here, and put into the other form.

import type { OutgoingHttpHeaders } from 'node:http2';
import { lowerAscii } from '../../../kit/ascii.ts';
import { isFieldText, isToken } from '../../../wire/field-syntax.ts';
import type { Origin } from '../target.ts';

/** Fields of a connection that HTTP/2 does not have (RFC 9113 section 8.2.2); `host` becomes `:authority`. */
const NOT_IN_HTTP2: ReadonlySet<string> = new Set([
  'connection',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** A request for an HTTP/2 stream. */
export interface Http2Request {
  readonly fields: OutgoingHttpHeaders;
  /** What stood behind the head. */
  readonly body: string;
}

/** Reads the head of a request for HTTP/1.1, and what follows it; undefined when it cannot be said in HTTP/2. */
export function readHttp1Request(
  bytes: string,
  { isSecure, authority, hostField }: Origin,
): Http2Request | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.slice(0, end).split('\r\n');
  const [method = '', path = ''] = first.split(' ');
  const fields = Object.create(null) as Record<string, string>;
  fields[':method'] = method;
  fields[':scheme'] = isSecure ? 'https' : 'http';
  // A Host field leaves out port 80 for every scheme; any other than the target's own is the client's.
  const host = lines[0]?.slice('Host: '.length) ?? '';
  fields[':authority'] = host === hostField ? authority : host;
  fields[':path'] = path;
  for (const line of lines) if (!addField(fields, line)) return undefined;
  // Apache: sent with every request, whether trailers get any further or not; some applications ask for it.
  fields.te = 'trailers';
  return { fields, body: bytes.slice(end + 4) };
}

/** False when the line has a name or a value that must not be sent: a NUL would end a field in nghttp2's list. */
function addField(fields: Record<string, string>, line: string): boolean {
  const colon = line.indexOf(':');
  const name = lowerAscii(line.slice(0, colon));
  const value = line.slice(colon + 1).trim();
  if (!isToken(name) || !isFieldText(value)) return false;
  if (NOT_IN_HTTP2.has(name)) return true;
  const known = fields[name];
  // RFC 9113 section 8.2.3 for cookies, RFC 9110 section 5.2 for all others; two fields of a name are one in Apache.
  fields[name] = known === undefined ? value : `${known}${name === 'cookie' ? '; ' : ', '}${value}`;
  return true;
}
