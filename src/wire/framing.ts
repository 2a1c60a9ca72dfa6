// Where the body of a message ends (RFC 9112 section 6.3), decided once, from the head alone.
// Every reader and writer downstream takes this decision; nobody looks at Content-Length again.

import { equalsIgnoreCase } from '../kit/ascii.ts';
import { parseDecimal } from './decimal.ts';
import { trimBlanks } from './field-syntax.ts';
import type { HeaderList } from './header-list.ts';
import { MessageError } from './message-error.ts';

/**
 * How a body is delimited. `coded` says that other transfer codings lie beneath chunked: de-chunking does not give
 * the content, so that only a handler that ignores the body can serve the request.
 */
export type BodyFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked'; readonly coded: boolean }
  | { readonly kind: 'close' };

export const NO_BODY: BodyFraming = { kind: 'none' };
export const CHUNKED_BODY: BodyFraming = { kind: 'chunked', coded: false };
export const CLOSE_BODY: BodyFraming = { kind: 'close' };

/** The framing of a request; when it is `suspicious` the connection must not carry another one. */
export interface RequestFraming {
  readonly body: BodyFraming;
  readonly suspicious: boolean;
}

const PLAIN_NONE: RequestFraming = { body: NO_BODY, suspicious: false };

/**
 * Decides a request's framing. Transfer-Encoding wins over Content-Length, which is then deleted from `headers`;
 * that, and Transfer-Encoding from an HTTP/1.0 client, is what request smuggling looks like, hence `suspicious`.
 */
export function decideRequestFraming(headers: HeaderList, minor: number): RequestFraming | MessageError {
  const lengthText = headers.get('content-length');
  const length = lengthText === undefined ? 0 : readRequestLength(headers, lengthText);
  if (typeof length !== 'number') return length;
  const codings = headers.combined('transfer-encoding');
  if (codings !== undefined)
    return decideRequestCoding(headers, codings, minor < 1 || lengthText !== undefined);
  if (lengthText === undefined) return PLAIN_NONE;
  return { body: { kind: 'length', length }, suspicious: false };
}

function decideRequestCoding(
  headers: HeaderList,
  codings: string,
  suspicious: boolean,
): RequestFraming | MessageError {
  const body = parseCodings(codings);
  // Where the framing is suspicious, a value is read only if nobody can read it otherwise.
  if (body === undefined || (suspicious && !equalsIgnoreCase(codings, 'chunked')))
    return new MessageError(400, 'wire/transfer-encoding');
  headers.delete('content-length');
  return { body, suspicious };
}

function readRequestLength(headers: HeaderList, text: string): number | MessageError {
  if (headers.getAll('content-length').length > 1) return new MessageError(400, 'wire/content-length');
  const length = parseDecimal(text);
  if (length === undefined) return new MessageError(400, 'wire/content-length');
  if (length > Number.MAX_SAFE_INTEGER) return new MessageError(413, 'wire/body-too-large');
  return length;
}

/**
 * A Transfer-Encoding value whose last coding is chunked, and chunked only once; undefined otherwise. Parameters
 * after chunked and an empty last element do not pass.
 */
export function parseCodings(value: string): BodyFraming | undefined {
  if (equalsIgnoreCase(value, 'chunked')) return CHUNKED_BODY;
  const codings = value.split(',').map(trimBlanks);
  const last = codings.pop()!;
  if (!equalsIgnoreCase(last, 'chunked')) return undefined;
  // differs: Apache takes `chunked, chunked`; RFC 9112 section 6.1 forbids to send it.
  if (codings.some((coding) => equalsIgnoreCase(coding, 'chunked'))) return undefined;
  return codings.every((coding) => coding === '') ? CHUNKED_BODY : { kind: 'chunked', coded: true };
}
