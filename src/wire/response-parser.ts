// Bytes of a backend connection → response heads, as Apache's proxy reads them: bare LF ends a line, folded fields
// are joined, one stray empty line before the head is passed over. Stricter than Apache where a response could be
// split or taken for another (differs): no control bytes in the status line, no response without one, one length.
// Decides framing and reuse of the connection; what the client gets for an error is the proxy's business.

import { hasToken, wantsKeepAlive } from './connection-tokens.ts';
import { parseDecimal } from './decimal.ts';
import { collectFields } from './field-spans.ts';
import { BYTE_CLASS, isBlank, TOKEN } from './field-syntax.ts';
import { type BodyFraming, CLOSE_BODY, NO_BODY, parseCodings } from './framing.ts';
import type { HeaderList } from './header-list.ts';
import { HeldBytes } from './held-bytes.ts';

/** ProxyBadHeader: what a line without a colon does to the response. */
export type BadHeaderMode = 'IsError' | 'Ignore' | 'StartBody';

/** ResponseFieldSize, and bounds on the whole head and its number of fields, which Apache does not have. */
export interface ResponseLimits {
  readonly fieldSize: number;
  readonly head: number;
  readonly fields: number;
}

export const RESPONSE_LIMITS: ResponseLimits = { fieldSize: 8192, head: 512 * 1024, fields: 5000 };

/** The head of one response. */
export interface ResponseHead {
  readonly minor: number;
  readonly status: number;
  /** As sent; empty when missing. */
  readonly reason: string;
  readonly headers: HeaderList;
  readonly body: BodyFraming;
  /** Whether the connection can carry another request once this response is complete. */
  readonly keepAlive: boolean;
  /** Body bytes that had to be held to find out that they are none of the head's. */
  readonly leftover: Buffer | undefined;
}

/**
 * `empty`: an empty or NUL first line. `status-line`: none, or corrupt. `line-size` and `head-size`: over the limits.
 * `bad-header`: a line without colon, or NUL. `invalid-header`: a name or value that must not be sent on.
 * `content-length`: not a number, or several. `transfer-encoding`: chunked, and something else too.
 */
export type ResponseErrorKind =
  | 'empty'
  | 'status-line'
  | 'line-size'
  | 'head-size'
  | 'bad-header'
  | 'invalid-header'
  | 'content-length'
  | 'transfer-encoding';

/** Why a backend's head is none, with the text a log line wants. */
export class ResponseError {
  readonly kind: ResponseErrorKind;
  readonly text: string;

  constructor(kind: ResponseErrorKind, text = '') {
    this.kind = kind;
    this.text = text;
  }
}

interface StatusLine {
  readonly minor: number;
  readonly status: number;
  readonly reason: string;
}

const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;

const WAIT = -1;
const TOO_LONG = -2;

/**
 * Reads the heads of one backend connection. `expect` says which request the next final response answers; `feed`
 * answers a head (interim 1xx heads too), an error, or undefined when it needs more. After a head, `position` is the
 * index in the fed buffer where the body begins.
 */
export class ResponseParser {
  position = 0;
  readonly #limits: ResponseLimits;
  readonly #badHeader: BadHeaderMode;
  readonly #held = new HeldBytes();
  #method = 'GET';
  // Offsets from the first byte of the head, wherever that is held.
  #lineStart = 0;
  #at = 0;
  #hasStrayByte = false;
  #blankLines = 0;
  #statusLine: StatusLine | undefined;
  // A backend says `HTTP/1.1 200 OK` nearly every time.
  #lastText: string | undefined = undefined;
  #lastLine: StatusLine | undefined = undefined;
  #fieldsStart = 0;
  #fieldLength = 0;
  #mayContinue = false;
  readonly #spans: number[] = [];

  constructor(badHeader: BadHeaderMode = 'IsError', limits: ResponseLimits = RESPONSE_LIMITS) {
    this.#badHeader = badHeader;
    this.#limits = limits;
  }

  /** True when part of a head has been read: a connection that ends here was cut off. */
  get isInsideHead(): boolean {
    return this.#held.length > 0;
  }

  expect(method: string): void {
    this.#method = method;
  }

  feed(buf: Buffer, start = 0): ResponseHead | ResponseError | undefined {
    const before = this.#held.length;
    if (before === 0) return this.#finish(this.#scan(buf, start, buf.length), buf, start);
    this.#held.add(buf, start);
    return this.#finish(this.#scan(this.#held.bytes, 0, this.#held.length), buf, start - before);
  }

  #finish(
    result: ResponseHead | ResponseError | undefined,
    buf: Buffer,
    origin: number,
  ): ResponseHead | ResponseError | undefined {
    if (result === undefined) {
      if (this.#held.length === 0 && origin < buf.length) this.#held.add(buf, origin);
      return undefined;
    }
    const hasLeftover = !(result instanceof ResponseError) && result.leftover !== undefined;
    this.position = hasLeftover ? buf.length : origin + this.#at;
    this.#held.clear();
    this.#lineStart = this.#at = this.#blankLines = this.#fieldLength = 0;
    this.#hasStrayByte = this.#mayContinue = false;
    this.#statusLine = undefined;
    this.#spans.length = 0;
    return result;
  }

  #scan(bytes: Buffer, base: number, end: number): ResponseHead | ResponseError | undefined {
    for (;;) {
      const next = this.#findNextLine(bytes, base, end);
      if (next === WAIT) return undefined;
      const from = this.#lineStart;
      if (next === TOO_LONG) return this.#longLine(bytes, base + from);
      const to = next - (next - from > 1 && bytes[base + next - 2] === CR ? 2 : 1);
      this.#lineStart = this.#at = next;
      const result =
        this.#statusLine === undefined
          ? this.#endStatusLine(bytes, base + from, base + to)
          : this.#endFieldLine(bytes, base, from, to, end);
      if (result !== undefined) return result;
      this.#hasStrayByte = false;
      if (next > this.#limits.head || this.#spans.length > 4 * this.#limits.fields)
        return new ResponseError('head-size');
    }
  }

  /** The offset behind the LF that ends the line; notes on the way whether a byte does not belong into a line. */
  #findNextLine(bytes: Buffer, base: number, end: number): number {
    const longest = this.#limits.fieldSize - 1;
    const stop = Math.min(end, base + this.#lineStart + longest + 2);
    let at = base + this.#at;
    for (; at < stop; at++) {
      const byte = bytes[at]!;
      if ((byte >= 0x20 && byte !== 0x7f) || byte === 0x09) continue;
      if (byte === LF) return at + 1 - base;
      if (byte === CR && at + 1 === end) break;
      if (byte !== CR || bytes[at + 1] !== LF) this.#hasStrayByte = true;
    }
    this.#at = at - base;
    return this.#at - this.#lineStart > longest + 1 ? TOO_LONG : WAIT;
  }

  #longLine(bytes: Buffer, from: number): ResponseError {
    if (this.#statusLine !== undefined) return new ResponseError('line-size');
    return new ResponseError('status-line', bytes.toString('latin1', from, from + SHOWN));
  }

  #endStatusLine(bytes: Buffer, from: number, to: number): ResponseError | undefined {
    if (from === to) {
      this.#blankLines += 1;
      return this.#blankLines > 1 ? new ResponseError('empty') : undefined;
    }
    const text = bytes.toString('latin1', from, to);
    this.#fieldsStart = this.#lineStart;
    if (text === this.#lastText) {
      this.#statusLine = this.#lastLine;
      return undefined;
    }
    if (text.charCodeAt(0) === 0) return new ResponseError('empty');
    const line = this.#hasStrayByte ? undefined : parseStatusLine(text);
    if (line === undefined) return new ResponseError('status-line', text.slice(0, SHOWN));
    this.#statusLine = this.#lastLine = line;
    this.#lastText = text;
    return undefined;
  }

  #endFieldLine(
    bytes: Buffer,
    base: number,
    from: number,
    to: number,
    end: number,
  ): ResponseHead | ResponseError | undefined {
    if (from === to) return this.#buildHead(bytes, base, to, undefined);
    if (this.#mayContinue && isBlank(bytes[base + from]!)) return this.#continueField(bytes, base, from, to);
    let colon = base + from;
    while ((BYTE_CLASS[bytes[colon]!]! & TOKEN) !== 0) colon += 1;
    if (bytes[colon] !== COLON || colon === base + from || this.#hasStrayByte)
      return this.#oddLine(bytes, base, from, to, end);
    this.#addSpan(from, colon - base, bytes, base, colon - base + 1, to);
    this.#fieldLength = to - from;
    this.#mayContinue = true;
    return undefined;
  }

  #oddLine(
    bytes: Buffer,
    base: number,
    from: number,
    to: number,
    end: number,
  ): ResponseHead | ResponseError | undefined {
    const text = bytes.toString('latin1', base + from, base + to);
    if (text.indexOf(':') >= 0 && text.indexOf('\0') < 0) return new ResponseError('invalid-header', text);
    if (this.#badHeader === 'StartBody')
      return this.#buildHead(bytes, base, from, copyOf(bytes, base + from, end));
    this.#mayContinue = false;
    return this.#badHeader === 'Ignore' ? undefined : new ResponseError('bad-header', text);
  }

  #continueField(bytes: Buffer, base: number, from: number, to: number): ResponseError | undefined {
    if (this.#hasStrayByte)
      return new ResponseError('invalid-header', bytes.toString('latin1', base + from, base + to));
    this.#fieldLength += to - from;
    if (this.#fieldLength >= this.#limits.fieldSize) return new ResponseError('line-size');
    this.#addSpan(-1, -1, bytes, base, from, to);
    return undefined;
  }

  #addSpan(name: number, nameEnd: number, bytes: Buffer, base: number, from: number, to: number): void {
    let first = base + from;
    let last = base + to;
    while (first < last && isBlank(bytes[first]!)) first += 1;
    while (last > first && isBlank(bytes[last - 1]!)) last -= 1;
    this.#spans.push(name, nameEnd, first - base, last - base);
  }

  #buildHead(
    bytes: Buffer,
    base: number,
    fieldsEnd: number,
    leftover: Buffer | undefined,
  ): ResponseHead | ResponseError {
    const line = this.#statusLine!;
    const shift = this.#fieldsStart;
    const text = bytes.toString('latin1', base + shift, base + fieldsEnd);
    const headers = collectFields(text, shift, this.#spans);
    const framing = decideResponseFraming(headers, line, this.#method);
    if (framing instanceof ResponseError) return framing;
    return {
      minor: line.minor,
      status: line.status,
      reason: line.reason,
      headers,
      body: framing.body,
      keepAlive: framing.reusable && leftover === undefined && wantsKeepAlive(headers, line.minor),
      leftover,
    };
  }
}

/** What is shown of a first line that is no status line. */
const SHOWN = 80;

const STATUS_LINE = /^HTTP\/1\.[0-9] [1-9][0-9]{2}(?: |$)/;

/**
 * differs: Apache takes `2000`, `200x` and statuses below 100; and a response that does not begin like one for
 * HTTP/0.9, of which it passes on all but the first line end.
 */
function parseStatusLine(text: string): StatusLine | undefined {
  if (!STATUS_LINE.test(text)) return undefined;
  return { minor: Number(text[7]), status: Number(text.slice(9, 12)), reason: text.slice(13) };
}

function copyOf(bytes: Buffer, from: number, to: number): Buffer {
  return Buffer.from(bytes.subarray(from, to));
}

/** The framing of a response; one that is not `reusable` may be misunderstood or ends with the connection. */
export interface ResponseFraming {
  readonly body: BodyFraming;
  readonly reusable: boolean;
}

/**
 * Decides a response's framing (RFC 9112 section 6.3). Transfer-Encoding wins and Content-Length is then deleted from
 * `headers`. Lengths that are none, or several that differ, are an error, and so is chunked with something else.
 */
export function decideResponseFraming(
  headers: HeaderList,
  { status, minor }: { readonly status: number; readonly minor: number },
  method: string,
): ResponseFraming | ResponseError {
  const codings = headers.combined('transfer-encoding');
  const lengthText = headers.get('content-length');
  const length = lengthText === undefined ? undefined : readResponseLength(headers, lengthText);
  const isPlain =
    lengthText === undefined
      ? codings === undefined || minor >= 1
      : length !== undefined && codings === undefined;
  if (hasNoBody(status, method)) return { body: NO_BODY, reusable: isPlain };
  if (codings !== undefined) {
    headers.delete('content-length');
    return decideResponseCoding(codings, isPlain);
  }
  if (lengthText === undefined) return { body: CLOSE_BODY, reusable: false };
  // differs: of several lengths Apache takes the first (RFC 9112 section 6.3: 502).
  if (length === undefined) return new ResponseError('content-length', lengthText);
  return { body: { kind: 'length', length }, reusable: true };
}

function readResponseLength(headers: HeaderList, text: string): number | undefined {
  const length = headers.isUniform('content-length') ? parseDecimal(text) : undefined;
  return length !== undefined && length <= Number.MAX_SAFE_INTEGER ? length : undefined;
}

// differs: Apache reads `gzip, chunked` and passes on what is still compressed, without a word about it.
function decideResponseCoding(codings: string, reusable: boolean): ResponseFraming | ResponseError {
  const body = parseCodings(codings);
  if (body?.kind === 'chunked' && !body.coded) return { body, reusable };
  if (hasToken(codings, 'chunked')) return new ResponseError('transfer-encoding', codings);
  return { body: CLOSE_BODY, reusable: false };
}

function hasNoBody(status: number, method: string): boolean {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return true;
  return method === 'CONNECT' && status < 300;
}
