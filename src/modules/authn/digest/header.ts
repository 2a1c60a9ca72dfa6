// The Authorization field of a client that uses Digest (RFC 2617 section 3.2.2), read as leniently as Apache reads it.

import { equalsIgnoreCase, lowerAscii } from '../../../kit/ascii.ts';
import { looksLikeNonce } from './nonce.ts';

/** What a client says. */
export interface DigestHeader {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: string | undefined;
  readonly cnonce: string | undefined;
  readonly qop: string | undefined;
  readonly nonceCount: string | undefined;
}

/** `none`: there is no such field; `other`: of another scheme; `invalid`: what is needed is missing or has another shape. */
export type ParsedDigest =
  | { readonly kind: 'none' }
  | { readonly kind: 'other'; readonly scheme: string }
  | { readonly kind: 'invalid'; readonly opaque: string | undefined }
  | { readonly kind: 'valid'; readonly opaque: string | undefined; readonly header: DigestHeader };

/** An MD5 in hexadecimal digits. */
const RESPONSE_LENGTH = 32;

const PARAMETER =
  /[\t-\r ]*([^=,\t-\r ]*)[\t-\r ]*(?:=[\t-\r ]*(?:"((?:[^"\\]|\\.)*\\?)"?|([^,\t-\r ]*)))?[^,]*(?:,|$)/sy;

function readParameters(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  PARAMETER.lastIndex = 0;
  while (PARAMETER.lastIndex < text.length) {
    const found = PARAMETER.exec(text);
    if (found === null) break;
    const [, name = '', quoted, token = ''] = found;
    values.set(lowerAscii(name), quoted === undefined ? token : quoted.replace(/\\(.)/gs, '$1'));
  }
  return values;
}

export function parseDigest(field: string | undefined): ParsedDigest {
  if (field === undefined) return { kind: 'none' };
  const scheme = /^[^\t-\r ]*/.exec(field)![0];
  if (!equalsIgnoreCase(scheme, 'Digest')) return { kind: 'other', scheme };
  const values = readParameters(field.slice(scheme.length));
  const opaque = values.get('opaque');
  const header = headerOf(values);
  return header === undefined ? { kind: 'invalid', opaque } : { kind: 'valid', opaque, header };
}

function headerOf(values: ReadonlyMap<string, string>): DigestHeader | undefined {
  const username = values.get('username');
  const realm = values.get('realm');
  const nonce = values.get('nonce');
  const uri = values.get('uri');
  const response = values.get('response');
  if (username === undefined || realm === undefined || uri === undefined) return undefined;
  if (nonce === undefined || !looksLikeNonce(nonce)) return undefined;
  if (response === undefined || response.length !== RESPONSE_LENGTH) return undefined;
  const qop = values.get('qop');
  const cnonce = values.get('cnonce');
  const nonceCount = values.get('nc');
  if (qop !== undefined && (cnonce === undefined || nonceCount === undefined)) return undefined;
  const algorithm = values.get('algorithm');
  return { username, realm, nonce, uri, response, algorithm, qop, cnonce, nonceCount };
}
