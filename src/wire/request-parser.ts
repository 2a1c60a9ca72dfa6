// Bytes of a client connection → request heads (RFC 9112), strict, incremental and bounded.
// Decides everything a head can decide: version, target, host, framing, keep-alive. Bodies are read by
// body-decoder.ts; what is answered to a MessageError is up to the connection.
// One pass over the bytes: each line is checked for control bytes while its end is looked for, and the limits hold
// at every byte, so that the result does not depend on how the bytes were cut into chunks.

import { type Authority, parseAuthority } from './authority.ts';
import { hasToken, wantsKeepAlive } from './connection-tokens.ts';
import { collectFields } from './field-spans.ts';
import { BYTE_CLASS, isBlank, TOKEN } from './field-syntax.ts';
import { type BodyFraming, decideRequestFraming, NO_BODY } from './framing.ts';
import { HeaderList } from './header-list.ts';
import { HeldBytes } from './held-bytes.ts';
import { MessageError } from './message-error.ts';
import { parseRequestLine, parseTarget, type RequestLine, type Target } from './request-line.ts';

/** Apache's LimitRequestLine, LimitRequestFieldSize and LimitRequestFields (0: any number), and blank lines before. */
export interface RequestLimits {
  readonly requestLine: number;
  readonly fieldSize: number;
  readonly fields: number;
  readonly blankLines: number;
}

/** Apache's defaults. */
export const REQUEST_LIMITS: RequestLimits = {
  requestLine: 8190,
  fieldSize: 8190,
  fields: 100,
  blankLines: 10,
};

/** The head of one request. */
export interface RequestHead {
  readonly method: string;
  /** The request-target as sent. */
  readonly target: string;
  /** The target without scheme and authority: raw path and query, `*`, or empty for CONNECT. */
  readonly path: string;
  readonly version: '0.9' | '1.0' | '1.1';
  readonly minor: number;
  /** The first line as sent, without CR LF. */
  readonly requestLine: string;
  /** With an absolute target, Host is replaced by the target's authority (RFC 9112 section 3.2.2). */
  readonly headers: HeaderList;
  /** The scheme an absolute target names. */
  readonly scheme: 'http' | 'https' | undefined;
  /** In lower case, without port and trailing dot; undefined when an HTTP/1.0 client names none. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly body: BodyFraming;
  /** False too when the framing is suspicious: the connection closes after the response. */
  readonly keepAlive: boolean;
  readonly suspicious: boolean;
  /** `unknown` is any expectation but 100-continue: to be answered 417. */
  readonly expect: 'nothing' | 'continue' | 'unknown';
}

const CR = 0x0d;
const LF = 0x0a;

const WAIT = -1;
const BAD_BYTE = -2;
const TOO_LONG = -3;

/** Bounds where LimitRequestFields is 0: on the number of fields, and on a whole head. */
const MOST_FIELDS = 5000;
const LARGEST_HEAD = 8 << 20;

/**
 * Reads one head after the other. `feed` answers a head, an error, or undefined when it needs more bytes; all bytes
 * given are then taken in. After a head, `position` is the index in the fed buffer where the body begins.
 */
export class RequestParser {
  position = 0;
  readonly limits: RequestLimits;
  readonly #mostFields: number;
  readonly #held = new HeldBytes();
  // Offsets from the first byte of the head, wherever that is held.
  #lineStart = 0;
  #at = 0;
  #blankLines = 0;
  #fieldsStart = 0;
  #fieldCount = 0;
  #fieldLength = 0;
  #line: RequestLine | undefined;
  // A connection's requests nearly always name one host.
  #lastHost: string | undefined = undefined;
  #lastAuthority: Authority | undefined = undefined;
  /** Name start and end, value start and end; a name start of -1 continues the field before. */
  readonly #spans: number[] = [];

  constructor(limits: RequestLimits = REQUEST_LIMITS) {
    this.limits = limits;
    this.#mostFields = limits.fields === 0 ? MOST_FIELDS : limits.fields;
  }

  /**
   * True when part of a head has been read: a connection that ends or times out here was cut off. Empty lines before a
   * head are no part of it.
   */
  get isInsideHead(): boolean {
    return this.#line !== undefined || this.#held.length > this.#lineStart;
  }

  /** The first line of the head that has begun, once it is there. */
  get requestLine(): string | undefined {
    return this.#line?.text;
  }

  feed(buf: Buffer, start = 0): RequestHead | MessageError | undefined {
    const before = this.#held.length;
    if (before === 0) return this.#finish(this.#scan(buf, start, buf.length), buf, start);
    this.#held.add(buf, start);
    return this.#finish(this.#scan(this.#held.bytes, 0, this.#held.length), buf, start - before);
  }

  #finish(
    result: RequestHead | MessageError | undefined,
    buf: Buffer,
    origin: number,
  ): RequestHead | MessageError | undefined {
    if (result === undefined) {
      if (this.#held.length === 0 && origin < buf.length) this.#held.add(buf, origin);
      return undefined;
    }
    this.position = origin + this.#at;
    if (result instanceof MessageError && this.#line !== undefined) result.requestLine = this.#line.text;
    this.#reset();
    return result;
  }

  #reset(): void {
    this.#held.clear();
    this.#lineStart = this.#at = this.#blankLines = this.#fieldsStart = 0;
    this.#fieldCount = this.#fieldLength = 0;
    this.#line = undefined;
    this.#spans.length = 0;
  }

  #scan(bytes: Buffer, base: number, end: number): RequestHead | MessageError | undefined {
    for (;;) {
      const limit = this.#line === undefined ? this.limits.requestLine : this.limits.fieldSize;
      const lineEnd = this.#findLineEnd(bytes, base, end, limit + 1);
      if (lineEnd === WAIT) return undefined;
      if (lineEnd < 0) return this.#lineError(lineEnd, bytes, base);
      const lineStart = this.#lineStart;
      this.#lineStart = this.#at = lineEnd + 2;
      const result =
        this.#line === undefined
          ? this.#endRequestLine(bytes, base, lineStart, lineEnd)
          : this.#endFieldLine(bytes, base, lineStart, lineEnd);
      if (result !== undefined) return result;
    }
  }

  /** The offset of the CR LF that ends the line. Apache: a line may be one byte longer than its limit. */
  #findLineEnd(bytes: Buffer, base: number, end: number, longest: number): number {
    const stop = Math.min(end, base + this.#lineStart + longest + 1);
    let at = base + this.#at;
    for (; at < stop; at++) {
      const byte = bytes[at]!;
      // Comparisons, not the table: this loop sees every byte, and they take half the time.
      if ((byte >= 0x20 && byte !== 0x7f) || byte === 0x09) continue;
      if (byte === CR && at + 1 === end) break;
      if (byte === CR && bytes[at + 1] === LF) return at - base;
      this.#at = at - base;
      return BAD_BYTE;
    }
    this.#at = at - base;
    return this.#at - this.#lineStart > longest ? TOO_LONG : WAIT;
  }

  #lineError(kind: number, bytes: Buffer, base: number): MessageError {
    if (kind === TOO_LONG && this.#line !== undefined) return fieldTooLarge();
    const error =
      kind === BAD_BYTE
        ? new MessageError(400, 'wire/control-byte')
        : new MessageError(414, 'wire/request-line-size');
    if (this.#line === undefined)
      error.requestLine = bytes.toString('latin1', base + this.#lineStart, base + this.#at);
    return error;
  }

  #endRequestLine(
    bytes: Buffer,
    base: number,
    from: number,
    to: number,
  ): RequestHead | MessageError | undefined {
    if (from === to) {
      this.#blankLines += 1;
      return this.#blankLines > this.limits.blankLines
        ? new MessageError(400, 'wire/blank-lines')
        : undefined;
    }
    const text = bytes.toString('latin1', base + from, base + to);
    const line = parseRequestLine(text);
    if (line instanceof MessageError) {
      line.requestLine = text;
      return line;
    }
    this.#line = line;
    this.#fieldsStart = to + 2;
    return line.version === '0.9' ? this.#buildHead(line, new HeaderList()) : undefined;
  }

  #endFieldLine(
    bytes: Buffer,
    base: number,
    from: number,
    to: number,
  ): RequestHead | MessageError | undefined {
    if (from === to) return this.#endFields(bytes, base, to);
    if (to > LARGEST_HEAD) return tooManyFields();
    if (isBlank(bytes[base + from]!)) return this.#continueField(bytes, base, from, to);
    return this.#addField(bytes, base, from, to);
  }

  #addField(bytes: Buffer, base: number, from: number, to: number): MessageError | undefined {
    this.#fieldCount += 1;
    if (this.#fieldCount > this.#mostFields) return tooManyFields();
    let colon = base + from;
    while ((BYTE_CLASS[bytes[colon]!]! & TOKEN) !== 0) colon += 1;
    if (bytes[colon] !== 0x3a || colon === base + from) return new MessageError(400, 'wire/field-syntax');
    this.#addSpan(from, colon - base, bytes, base, colon - base + 1, to);
    this.#fieldLength = to - from;
    return undefined;
  }

  /** obs-fold (RFC 9112 section 5.2). Apache: the joined line has to stay below the limit with a byte to spare. */
  #continueField(bytes: Buffer, base: number, from: number, to: number): MessageError | undefined {
    if (this.#fieldCount === 0) return new MessageError(400, 'wire/field-syntax');
    this.#fieldLength += to - from;
    if (this.#fieldLength + 1 >= this.limits.fieldSize) return fieldTooLarge();
    this.#addSpan(-1, -1, bytes, base, from, to);
    const spans = this.#spans;
    if (spans.at(-1) === spans.at(-2)) return new MessageError(400, 'wire/field-syntax');
    return undefined;
  }

  #addSpan(name: number, nameEnd: number, bytes: Buffer, base: number, from: number, to: number): void {
    let first = base + from;
    let last = base + to;
    while (first < last && isBlank(bytes[first]!)) first += 1;
    while (last > first && isBlank(bytes[last - 1]!)) last -= 1;
    this.#spans.push(name, nameEnd, first - base, last - base);
  }

  /** Apache: fields of one name are one field, and the limit holds for that too. */
  #endFields(bytes: Buffer, base: number, end: number): RequestHead | MessageError {
    const shift = this.#fieldsStart;
    const headers = collectFields(bytes.toString('latin1', base + shift, base + end), shift, this.#spans);
    const { fieldSize } = this.limits;
    if (end - shift > fieldSize && headers.longestJoined() > fieldSize) return fieldTooLarge();
    return this.#buildHead(this.#line!, headers);
  }

  #buildHead(line: RequestLine, headers: HeaderList): RequestHead | MessageError {
    const target = parseTarget(line.method, line.target);
    if (target === undefined) return new MessageError(400, 'wire/target');
    const authority = line.version === '0.9' ? NO_AUTHORITY : this.#decideHost(line, target, headers);
    if (authority === undefined) return new MessageError(400, 'wire/host');
    const framing = decideRequestFraming(headers, line.minor);
    if (framing instanceof MessageError) return framing;
    const simple = line.version === '0.9';
    return {
      method: line.method,
      target: line.target,
      path: target.path,
      version: line.version,
      minor: line.minor,
      requestLine: line.text,
      headers,
      scheme: target.scheme,
      host: authority === NO_AUTHORITY ? undefined : authority.host,
      port: authority.port,
      body: simple ? NO_BODY : framing.body,
      // What follows a CONNECT may be meant for a tunnel that nobody has opened.
      keepAlive:
        !simple && !framing.suspicious && line.method !== 'CONNECT' && wantsKeepAlive(headers, line.minor),
      suspicious: framing.suspicious,
      expect: readExpectation(headers),
    };
  }

  /** The host the request is for (RFC 9112 section 3.2), or undefined when the request has to be refused. */
  #decideHost(line: RequestLine, target: Target, headers: HeaderList): Authority | undefined {
    const sent = this.#readHost(line, target, headers);
    if (sent === undefined || target.authority === undefined) return sent;
    if (target.scheme !== undefined) headers.set('Host', formatAuthority(target.authority));
    return target.authority;
  }

  // differs: beside an absolute target Apache takes any Host, and any number of them (RFC 9112 section 3.2: 400).
  #readHost(line: RequestLine, target: Target, headers: HeaderList): Authority | undefined {
    const sent = headers.get('host');
    if (sent === undefined) return line.version === '1.1' ? undefined : NO_AUTHORITY;
    if (headers.count('host') > 1) return undefined;
    if (sent === '' && (line.version === '1.0' || target.authority !== undefined)) return NO_AUTHORITY;
    if (sent === this.#lastHost) return this.#lastAuthority;
    this.#lastHost = sent;
    this.#lastAuthority = parseAuthority(sent);
    return this.#lastAuthority;
  }
}

function fieldTooLarge(): MessageError {
  return new MessageError(400, 'wire/field-size', 'Size of a request header field exceeds server limit.');
}

function tooManyFields(): MessageError {
  const note = "The number of request header fields exceeds this server's limit.";
  return new MessageError(400, 'wire/field-count', note);
}

const NO_AUTHORITY: Authority = { host: '', port: undefined };

function formatAuthority(authority: Authority): string {
  return authority.port === undefined ? authority.host : `${authority.host}:${authority.port}`;
}

function readExpectation(headers: HeaderList): 'nothing' | 'continue' | 'unknown' {
  const expect = headers.combined('expect');
  if (expect === undefined || expect === '') return 'nothing';
  return expect.length === 12 && hasToken(expect, '100-continue') ? 'continue' : 'unknown';
}
