// A body that a parser of the program's has read before the rules came, written again from what it has left: where the bytes
// were kept, as they came; else where a text of just the length of the first one says the same.
//
// What is sent on has the value of what came, and the bytes too where those were written as most programs write them
// (JSON.stringify, URLSearchParams). Where digits, types or names may have been lost on the way, it is not sent at all.

/** A request as far as parsers leave their traces on it. */
export interface ParsedRequest {
  /** Express, Koa's context and most parsers. */
  readonly body?: unknown;
  /** The bytes themselves, kept by a `verify` hook or koa's parsers. */
  readonly rawBody?: unknown;
}

/** What the head said of the body. */
export interface BodyDescription {
  /** Content-Type, without its parameters and in lower case. */
  readonly type: string;
  /** The charset parameter in lower case; undefined for none. */
  readonly charset: string | undefined;
  readonly encoding: string | undefined;
  /** Content-Length; undefined for a chunked body. */
  readonly length: number | undefined;
}

/** The bytes as they came, or undefined where they cannot be had for certain. */
export function bytesAgain({ rawBody, body }: ParsedRequest, described: BodyDescription): Buffer | undefined {
  const { encoding, length } = described;
  if ((encoding ?? 'identity') !== 'identity') return undefined;
  // Without a length nothing tells whether a text began with a mark of its byte order.
  if (length === undefined) return Buffer.isBuffer(rawBody) ? rawBody : undefined;
  return ofLength(bytesOfRaw(rawBody, described) ?? bytesOf(body, described), length);
}

/** Koa's parsers keep the text that they have parsed. */
function bytesOfRaw(value: unknown, { charset }: BodyDescription): Buffer | undefined {
  if (Buffer.isBuffer(value)) return value;
  return typeof value === 'string' && isUtf8(charset) ? ofText(value) : undefined;
}

function isUtf8(charset: string | undefined): boolean {
  return charset === undefined || charset === 'utf-8' || charset === 'utf8';
}

function ofLength(bytes: Buffer | undefined, length: number): Buffer | undefined {
  return bytes?.length === length ? bytes : undefined;
}

function bytesOf(value: unknown, { type, charset }: BodyDescription): Buffer | undefined {
  if (value === undefined) return undefined;
  if (Buffer.isBuffer(value)) return value;
  if (!isUtf8(charset)) return undefined;
  if (typeof value === 'string' && type !== 'application/json') return ofText(value);
  if (type === 'application/json' || type.endsWith('+json')) return ofText(writeJson(value));
  return type === 'application/x-www-form-urlencoded' ? ofText(writeForm(value)) : undefined;
}

/** U+FFFD may stand for bytes that were no UTF-8. */
function ofText(text: string | undefined): Buffer | undefined {
  return text === undefined || text.includes('\ufffd') ? undefined : Buffer.from(text, 'utf8');
}

/** The JSON text of a value; undefined where the value may not be what was sent. */
function writeJson(value: unknown): string | undefined {
  return isSureJson(value) ? JSON.stringify(value) : undefined;
}

function isSureJson(value: unknown): boolean {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true;
  if (typeof value === 'number') return isSureNumber(value);
  if (Array.isArray(value)) return value.every(isSureJson);
  return typeof value === 'object' && Object.values(value).every(isSureJson);
}

/** Beyond 15 digits some are lost; minus zero is written as zero. */
function isSureNumber(value: number): boolean {
  if (!Number.isFinite(value) || Object.is(value, -0)) return false;
  return /^-?\d+(?:\.\d+)?$/.test(String(value)) && String(value).replace(/\D/g, '').length <= 15;
}

/** The text of a form with names and values alone: parsers make lists and objects of what is no list and no object. */
function writeForm(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const pairs = Object.entries(value);
  if (!pairs.every(([name, text]) => typeof text === 'string' && !/[[\]]/.test(name))) return undefined;
  return new URLSearchParams(pairs as [string, string][]).toString();
}
