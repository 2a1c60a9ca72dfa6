// The arithmetic of Digest (RFC 2617 section 3.2.2.1): what a client that knows the password answers, and what the server
// answers to prove that it knows it, too.

import { createHash } from 'node:crypto';
import type { DigestHeader } from './header.ts';

function md5(text: string): string {
  return createHash('md5').update(text, 'latin1').digest('hex');
}

function responseOver(ha1: string, header: DigestHeader, a2: string): string {
  const { nonce, nonceCount, cnonce, qop } = header;
  return md5(`${ha1}:${nonce}:${nonceCount ?? ''}:${cnonce ?? ''}:${qop ?? ''}:${md5(a2)}`);
}

/** What the client's `response` has to be; `ha1` is the hash of user, realm and password. */
export function expectedResponse(ha1: string, method: string, header: DigestHeader): string {
  return responseOver(ha1, header, `${method}:${header.uri}`);
}

/** `rspauth`. */
export function serverResponse(ha1: string, header: DigestHeader): string {
  return responseOver(ha1, header, `:${header.uri}`);
}
