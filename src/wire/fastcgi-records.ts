// The records of FastCGI that a server sends to an application (FastCGI specification 1.0, sections 3 and 5): written as
// byte strings or buffers. fastcgi-reader.ts reads what comes back. Who is asked, and for what, is decided elsewhere.

/** Types of records. */
export const FCGI = {
  beginRequest: 1,
  endRequest: 3,
  params: 4,
  stdin: 5,
  stdout: 6,
  stderr: 7,
} as const;

export const FCGI_VERSION = 1;

/** Bytes of a record's header. */
export const FCGI_HEADER = 8;

/** The only request of a connection at a time: requests are not multiplexed, as in Apache. */
export const FCGI_REQUEST_ID = 1;

/** The most content that one record can have. */
export const FCGI_MOST_CONTENT = 0xffff;

const RESPONDER = 1;
const KEEP_CONNECTION = 1;

/** Content of one record of parameters (Apache: 16 KiB); what does not fit into one is left out, as there. */
const PARAMS_RECORD = 16 * 1024;

/** The header of a record of the one request, as a byte string; `length` is at most FCGI_MOST_CONTENT. */
export function recordHeader(type: number, length: number): string {
  return String.fromCharCode(FCGI_VERSION, type, 0, FCGI_REQUEST_ID, length >> 8, length & 0xff, 0, 0);
}

/** The record that begins a request for a responder. */
export function beginRequest(keepsConnection: boolean): string {
  const flags = keepsConnection ? KEEP_CONNECTION : 0;
  return recordHeader(FCGI.beginRequest, 8) + String.fromCharCode(0, RESPONDER, flags, 0, 0, 0, 0, 0);
}

/** The empty record that ends a stream. */
export function endOfStream(type: number): string {
  return recordHeader(type, 0);
}

/** Four bytes with the highest bit set, or one below 128 (section 3.4). */
function encodeLength(length: number): string {
  if (length < 0x80) return String.fromCharCode(length);
  const high = (length >>> 24) | 0x80;
  return String.fromCharCode(high, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff);
}

function encodePair(name: string, value: string): string {
  return encodeLength(name.length) + encodeLength(value.length) + name + value;
}

/** What encoding the parameters came to. */
export interface EncodedParams {
  /** All records of parameters, the empty one at the end included, as a byte string. */
  readonly bytes: string;
  /** Names of those that fit into no record and were left out. */
  readonly skipped: readonly string[];
}

/** The parameters of a request, byte strings all; no pair is split over two records. */
export function encodeParams(params: Iterable<readonly [string, string]>): EncodedParams {
  const skipped: string[] = [];
  let bytes = '';
  let content = '';
  const flush = (): void => {
    if (content !== '') bytes += recordHeader(FCGI.params, content.length) + content;
    content = '';
  };
  for (const [name, value] of params) {
    const pair = encodePair(name, value);
    if (pair.length > PARAMS_RECORD) {
      skipped.push(name);
      continue;
    }
    if (content.length + pair.length > PARAMS_RECORD) flush();
    content += pair;
  }
  flush();
  return { bytes: bytes + endOfStream(FCGI.params), skipped };
}
