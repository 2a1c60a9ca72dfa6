// A response's head as HTTP/2 has it → the form that all of the proxy knows. Names and values are looked at as those of
// HTTP/1.1 are: what reaches a client may be written as lines.

import { parseDecimal } from '../../../wire/decimal.ts';
import { isFieldText, isToken } from '../../../wire/field-syntax.ts';
import { type BodyFraming, CHUNKED_BODY, NO_BODY } from '../../../wire/framing.ts';
import { HeaderList } from '../../../wire/header-list.ts';
import { reasonPhrase } from '../../../wire/reason.ts';
import { ResponseError, type ResponseHead } from '../../../wire/response-parser.ts';

/** What speaks of the connection to the backend, and of other ways to it (Apache: neither is passed on). */
const DROPPED: ReadonlySet<string> = new Set([
  'alt-svc',
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** What is known of a response beside its fields. */
export interface ResponseFacts {
  /** Of the request. */
  readonly method: string;
  /** No body follows. */
  readonly isEnd: boolean;
}

/** Reads `name, value, name, value …`, pseudo fields first. */
export function readHttp2Head(raw: readonly string[], facts: ResponseFacts): ResponseHead | ResponseError {
  const headers = new HeaderList();
  let status = 0;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]!;
    const value = raw[at + 1]!;
    if (name === ':status') status = /^[1-9][0-9]{2}$/.test(value) ? Number(value) : 0;
    else if (!isToken(name) || !isFieldText(value)) return new ResponseError('invalid-header', name);
    else if (!DROPPED.has(name)) headers.append(camelCase(name), value);
  }
  if (status === 0) return new ResponseError('status-line', 'no :status');
  return framed(headers, status, facts);
}

function framed(
  headers: HeaderList,
  status: number,
  { method, isEnd }: ResponseFacts,
): ResponseHead | ResponseError {
  const text = headers.get('content-length');
  const length = text === undefined ? undefined : parseDecimal(text);
  if (text !== undefined && (length === undefined || !headers.isUniform('content-length'))) {
    return new ResponseError('content-length', text);
  }
  const body = bodyOf(status, { method, isEnd }, length);
  return {
    minor: 1,
    status,
    reason: reasonPhrase(status),
    headers,
    body,
    keepAlive: true,
    leftover: undefined,
  };
}

function bodyOf(status: number, { method, isEnd }: ResponseFacts, length: number | undefined): BodyFraming {
  if (method === 'HEAD' || status === 204 || status === 304 || status < 200) return NO_BODY;
  if (length !== undefined) return { kind: 'length', length };
  return isEnd ? { kind: 'length', length: 0 } : CHUNKED_BODY;
}

/** `content-type` as `Content-Type`: HTTP/2 knows small letters only. */
function camelCase(name: string): string {
  return name.replace(/(?:^|-)[a-z]/g, (found) => found.toUpperCase());
}
