// For node:crypto: hashes at once, which a browser's own crypto.subtle does not give (@noble/hashes), and random bytes.
// Keys and certificates are not read.

import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { missing } from '../missing.ts';

const ALGORITHMS = { md5, sha1, sha256, sha512 } as const;

type Algorithm = keyof typeof ALGORITHMS;

interface Running {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

class Hash {
  readonly #running: Running;

  constructor(running: Running) {
    this.#running = running;
  }

  update(data: string | Uint8Array, encoding?: BufferEncoding): this {
    this.#running.update(typeof data === 'string' ? Buffer.from(data, encoding) : data);
    return this;
  }

  digest(): Buffer;
  digest(encoding: BufferEncoding): string;
  digest(encoding?: BufferEncoding): Buffer | string {
    const bytes = Buffer.from(this.#running.digest());
    return encoding === undefined ? bytes : bytes.toString(encoding);
  }
}

export function createHash(algorithm: Algorithm): Hash {
  return new Hash(ALGORITHMS[algorithm].create());
}

export function createHmac(algorithm: Algorithm, key: Uint8Array): Hash {
  return new Hash(hmac.create(ALGORITHMS[algorithm], key));
}

export function randomBytes(length: number): Buffer {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(length)));
}

/** crypto.randomUUID is there on secure pages only. */
export function randomUUID(): string {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Nobody measures the time here: the one who asks has typed both. */
export function timingSafeEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

export function createPrivateKey(): never {
  missing('read private keys');
}

export class X509Certificate {
  constructor() {
    missing('read certificates');
  }
}
