// The MD5 hashes of htpasswd (`$apr1$`) and of old systems (`$1$`): Poul-Henning Kamp's md5crypt, which differ in the
// name alone that goes into them.

import { createHash } from 'node:crypto';
import { crypt64, encodeInOrder } from './crypt64.ts';
import { runRounds } from './slices.ts';

const ROUNDS = 1000;
const LONGEST_SALT = 8;

const ORDER: readonly (readonly [number, number, number])[] = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
];

function md5(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The hash of a password in the form of `stored`, which begins with `magic` (`$apr1$` or `$1$`). */
export async function md5Crypt(password: Buffer, stored: string, magic: string): Promise<string> {
  const saltText = stored.slice(magic.length).split('$')[0]!.slice(0, LONGEST_SALT);
  const salt = Buffer.from(saltText, 'latin1');
  let digest = firstDigest(password, salt, magic);
  await runRounds(ROUNDS, (i) => {
    const parts = [i % 2 === 1 ? password : digest];
    if (i % 3 !== 0) parts.push(salt);
    if (i % 7 !== 0) parts.push(password);
    parts.push(i % 2 === 1 ? digest : password);
    digest = md5(...parts);
  });
  return `${magic}${saltText}$${encodeInOrder(digest, ORDER)}${crypt64(digest[11]!, 2)}`;
}

function firstDigest(password: Buffer, salt: Buffer, magic: string): Buffer {
  const inner = md5(password, salt, password);
  const hash = createHash('md5').update(password).update(magic, 'latin1').update(salt);
  for (let left = password.length; left > 0; left -= inner.length)
    hash.update(inner.subarray(0, Math.min(left, inner.length)));
  const zero = Buffer.alloc(1);
  for (let bits = password.length; bits > 0; bits >>= 1)
    hash.update(bits % 2 === 1 ? zero : password.subarray(0, 1));
  return hash.digest();
}
