// SHA-crypt (`$5$` with SHA-256, `$6$` with SHA-512), as Ulrich Drepper's specification has it.

import { createHash } from 'node:crypto';
import { crypt64, encodeInOrder } from './crypt64.ts';
import { runRounds } from './slices.ts';

const DEFAULT_ROUNDS = 5000;
const FEWEST_ROUNDS = 1000;
/** The specification allows 999,999,999, which would take hours. */
const MOST_ROUNDS = 1_000_000;
const LONGEST_SALT = 16;

type Triple = readonly [number, number, number];

/** The bytes of a digest in the order in which they are written: each triple is the one before, turned and moved on. */
function orderOf(groups: number, turn: (triple: Triple) => Triple): readonly Triple[] {
  const order: Triple[] = [[0, groups, 2 * groups]];
  while (order.length < groups) {
    const [a, b, c] = turn(order.at(-1)!);
    order.push([a + 1, b + 1, c + 1]);
  }
  return order;
}

const ORDER_256 = orderOf(10, ([a, b, c]) => [c, a, b]);
const ORDER_512 = orderOf(21, ([a, b, c]) => [b, c, a]);

interface Setting {
  /** `$5$salt$` or `$6$rounds=N$salt$`: what stands before the hash. */
  readonly prefix: string;
  readonly salt: Buffer;
  readonly rounds: number;
}

function readSetting(stored: string): Setting | undefined {
  const found = /^(\$[56]\$)(?:rounds=([1-9][0-9]{0,8})\$)?([^$]*)/.exec(stored);
  if (found === null) return undefined;
  const [, magic = '', count, rest = ''] = found;
  const rounds = count === undefined ? DEFAULT_ROUNDS : Number(count);
  if (rounds < FEWEST_ROUNDS || rounds > MOST_ROUNDS) return undefined;
  const salt = rest.slice(0, LONGEST_SALT);
  const shown = count === undefined ? '' : `rounds=${rounds}$`;
  return { prefix: `${magic}${shown}${salt}$`, salt: Buffer.from(salt, 'latin1'), rounds };
}

/** The hash of a password in the form of `stored`; undefined where its setting is none, or takes too long. */
export async function shaCrypt(password: Buffer, stored: string): Promise<string | undefined> {
  const setting = readSetting(stored);
  if (setting === undefined) return undefined;
  const is512 = stored.startsWith('$6$');
  const digest = await digestOf(password, setting, is512 ? 'sha512' : 'sha256');
  const text = is512
    ? encodeInOrder(digest, ORDER_512) + crypt64(digest[63]!, 2)
    : encodeInOrder(digest, ORDER_256) + crypt64((digest[31]! << 8) | digest[30]!, 3);
  return setting.prefix + text;
}

async function digestOf(
  password: Buffer,
  { salt, rounds }: Setting,
  algorithm: 'sha256' | 'sha512',
): Promise<Buffer> {
  const sha = (parts: Iterable<Buffer>): Buffer => {
    const hash = createHash(algorithm);
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const inner = sha([password, salt, password]);
  let digest = sha([password, salt, stretch(inner, password.length), ...bitsOf(password, inner)]);
  const p = stretch(sha(times(password, password.length)), password.length);
  const s = stretch(sha(times(salt, 16 + digest[0]!)), salt.length);
  await runRounds(rounds, (i) => {
    const parts = [i % 2 === 1 ? p : digest];
    if (i % 3 !== 0) parts.push(s);
    if (i % 7 !== 0) parts.push(p);
    parts.push(i % 2 === 1 ? digest : p);
    digest = sha(parts);
  });
  return digest;
}

/** The digest for each set bit of the password's length, the password for each other, the lowest bit first. */
function* bitsOf(password: Buffer, digest: Buffer): Generator<Buffer> {
  for (let bits = password.length; bits > 0; bits >>= 1) yield bits % 2 === 1 ? digest : password;
}

function* times(part: Buffer, count: number): Generator<Buffer> {
  for (let i = 0; i < count; i++) yield part;
}

/** `length` bytes of a digest, repeated as often as it takes. */
function stretch(digest: Buffer, length: number): Buffer {
  return Buffer.alloc(length, digest);
}
