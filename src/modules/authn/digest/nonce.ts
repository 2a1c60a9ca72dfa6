// Nonces: the time they were made at, and a keyed hash of it that only this process can make. Nothing has to be
// remembered of them.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** As long as the process lives: a reload does not make every client log in again. */
const SECRET: Buffer = randomBytes(32);

/** Eight bytes in base64, then a SHA-1 in hexadecimal digits. */
const TIME_LENGTH = 12;
const NONCE_LENGTH = TIME_LENGTH + 40;

/** Eight bytes leave one sign of padding. */
export function looksLikeNonce(nonce: string): boolean {
  return nonce.length === NONCE_LENGTH && nonce[TIME_LENGTH - 1] === '=';
}

function hashOf(time: string, realm: string, opaque: string): string {
  return createHmac('sha1', SECRET).update(`${time}\0${realm}\0${opaque}`, 'latin1').digest('hex');
}

/** `time` in microseconds since 1970, or the number of a nonce that serves once. */
export function makeNonce(time: number, realm: string, opaque: string): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(time));
  const text = bytes.toString('base64');
  return text + hashOf(text, realm, opaque);
}

/** What a nonce was made of; undefined where it was not made here for this realm and client. */
export function readNonce(nonce: string, realm: string, opaque: string): number | undefined {
  const text = nonce.slice(0, TIME_LENGTH);
  const given = Buffer.from(nonce.slice(TIME_LENGTH), 'latin1');
  const made = Buffer.from(hashOf(text, realm, opaque), 'latin1');
  if (given.length !== made.length || !timingSafeEqual(given, made)) return undefined;
  return Number(Buffer.from(text, 'base64').readBigInt64LE());
}
