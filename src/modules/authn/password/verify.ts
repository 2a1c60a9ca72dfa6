// Is this the password of that hash? Which kinds of hashes there are, in the order in which Apache looks (APR's
// apr_password_validate, then crypt(3)); how each is made is the neighbours' business, whether a hash has to be made at
// all verified.ts's.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { Soon } from '../../../kit/wait.ts';
import { desCrypt } from './des-crypt.ts';
import { md5Crypt } from './md5-crypt.ts';
import { shaCrypt } from './sha-crypt.ts';

/** What crypt(3) takes; the hashes of htpasswd's own take more. */
const LONGEST_FOR_CRYPT = 511;

/** htpasswd makes none above; each further one doubles the time. */
const HIGHEST_COST = 17;

/** Byte strings, compared without telling where they differ. */
export function isSameText(a: string, b: string): boolean {
  const left = Buffer.from(a, 'latin1');
  const right = Buffer.from(b, 'latin1');
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The hash of a password as htpasswd -s writes it. */
function sha1Hash(password: Buffer): string {
  return `{SHA}${createHash('sha1').update(password).digest('base64')}`;
}

async function verifyBcrypt(password: Buffer, hash: string): Promise<boolean | undefined> {
  const cost = Number(hash.slice(4, 6));
  if (cost > HIGHEST_COST) return undefined;
  // Loaded where it is needed: most sites have no such hash.
  const { verify } = await import('@node-rs/bcrypt');
  return await verify(password, hash);
}

const BCRYPT = /^\$2[aby]\$[0-9]{2}\$[./0-9A-Za-z]{53}$/;

/** Does checking a password against this hash take long? */
export function isSlow(hash: string): boolean {
  return !hash.startsWith('{SHA}');
}

/** Undefined: nobody knows a password for such a hash. */
export function verifyPassword(password: string, hash: string): Soon<boolean | undefined> {
  const bytes = Buffer.from(password, 'latin1');
  if (hash.startsWith('{SHA}')) return isSameText(sha1Hash(bytes), hash);
  if (BCRYPT.test(hash)) return verifyBcrypt(bytes, hash);
  return compare(hashLike(bytes, hash), hash);
}

async function compare(made: Soon<string | undefined>, hash: string): Promise<boolean | undefined> {
  const text = await made;
  return text === undefined ? undefined : isSameText(text, hash);
}

function hashLike(password: Buffer, hash: string): Soon<string | undefined> {
  if (hash.startsWith('$apr1$')) return md5Crypt(password, hash, '$apr1$');
  if (password.length > LONGEST_FOR_CRYPT) return undefined;
  if (hash.startsWith('$1$')) return md5Crypt(password, hash, '$1$');
  if (hash.startsWith('$5$') || hash.startsWith('$6$')) return shaCrypt(password, hash);
  return /^[./0-9A-Za-z]{13}$/.test(hash) ? desCrypt(password, hash) : undefined;
}
