// The bytes of a body that a parser of the program's has read before the rules came: from what it has left, where these
// can only have been the same bytes.
//
// A parsed value is written in its shortest form. Where no part of it could have been written shorter, a body of just
// that length can only have been that text; where one could (1000 as 1e3), or two forms are equally long, nothing is sure.

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

/** The shortest JSON text of a value; undefined where another text is as short. */
function writeJson(value: unknown): string | undefined {
  return isSureJson(value) ? JSON.stringify(value) : undefined;
}

function isSureJson(value: unknown): boolean {
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'number') return isSureNumber(value);
  if (typeof value === 'string') return isSureText(value);
  if (Array.isArray(value)) return value.every(isSureJson);
  if (typeof value !== 'object') return false;
  const names = Object.keys(value);
  return hasSureOrder(names) && names.every(isSureText) && Object.values(value).every(isSureJson);
}

/** 100 is 1e2, and 0.05 is 5e-2; beyond 2^53 digits are lost. */
function isSureNumber(value: number): boolean {
  if (!Number.isFinite(value) || Object.is(value, -0) || Math.abs(value) > Number.MAX_SAFE_INTEGER)
    return false;
  const text = String(Math.abs(value));
  return text.length <= 15 && /^(?:0|[1-9]\d*)(?:\.[1-9]\d*)?$/.test(text) && !/00$/.test(text);
}

/** `\u001f` may be `\u001F`; a lone half of a pair cannot have come as UTF-8. */
function isSureText(text: string): boolean {
  return !/[\x00-\x07\x0b\x0e-\x1f\p{Surrogate}]/u.test(text);
}

/** Names that are numbers come first in an object, wherever they stood. */
function hasSureOrder(names: readonly string[]): boolean {
  return names.length < 2 || !names.some((name) => /^\d+$/.test(name));
}

/** The shortest text of a form: flat, each name once; undefined where another text is as short. */
function writeForm(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const pairs = Object.entries(value);
  if (!hasSureOrder(pairs.map(([name]) => name))) return undefined;
  if (!pairs.every(([name, text]) => isSureWord(name) && typeof text === 'string' && isSureWord(text)))
    return undefined;
  return pairs.map(([name, text]) => `${writeWord(name)}=${writeWord(text as string)}`).join('&');
}

/** No byte that may come both escaped and not, and none whose escape has letters; an empty word may lack its `=`. */
function isSureWord(text: string): boolean {
  return /^[\w *.-]+$/.test(text);
}

function writeWord(text: string): string {
  return text.replaceAll(' ', '+');
}
