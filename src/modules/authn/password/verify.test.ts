import { describe, expect, it } from 'vitest';
import { isSameText, verifyPassword } from './verify.ts';

// Made by htpasswd and by crypt(3) of Debian 12.
const HASHES: readonly (readonly [kind: string, password: string, hash: string])[] = [
  ['htpasswd -m', 'secret', '$apr1$RWoqhCdS$M4VlJROPBIqMX9SuB2RbN1'],
  ['htpasswd -B', 'secret', '$2y$05$inBvZnFL4934845DdztSu.cbotm4Emd.WxiDouK7i4BLd/8IxUwom'],
  ['bcrypt of another age', 'secret', '$2a$05$inBvZnFL4934845DdztSu.cbotm4Emd.WxiDouK7i4BLd/8IxUwom'],
  ['htpasswd -s', 'secret', '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ='],
  [
    'SHA-512',
    'secret',
    '$6$saltsaltsaltsalt$ph0yGsyjzqdeFaon7.gJZo8eAG5/rj9/JdzOu1Rl7dKzBYg3xgvl7T2VQ2Rt81bc5AXkdA54r0p8QvC1omD6R1',
  ],
  [
    'SHA-512 of a long password',
    'a longer password, of more than sixteen bytes',
    '$6$longer$QYassSet80gJzdeijygGphdyco4Kp7emZ4DSxLioES59L0DU9tMfkQpxwI6HgOKI2YUk0DeR37x0WNi2QZaKx0',
  ],
  [
    'SHA-512 with rounds',
    'secret',
    '$6$rounds=1000$x$0iXvTPIWVHkg6yoVSlOTcEY0CyViwhXpPrHUJOuoFLKbBcWM9S03ZrCHmIxN51kGulOHuZE.4YQhTW5l/ghNC.',
  ],
  ['SHA-256 with rounds', 'secret', '$5$rounds=1500$abc$j9w6LBQPE6AGku.HVeWrSe6UrEwQo9.381p/0OfNtN0'],
  ['MD5', 'secret', '$1$oldsalt$jgymmmTzIdISH2aI/xmo40'],
  ['DES', 'secret', 'aZGhHmJzLyhj2'],
];

describe('verifyPassword', () => {
  it.each(HASHES)('knows %s', async (_kind, password, hash) => {
    expect(await verifyPassword(password, hash)).toBe(true);
    expect(await verifyPassword(`${password.slice(0, -1)}x`, hash)).toBe(false);
    expect(await verifyPassword('', hash)).toBe(false);
  });

  it('looks at eight bytes for DES', async () => {
    expect(await verifyPassword('secretse', 'aZGhHmJzLyhj2')).toBe(false);
    const long = 'Q.lIhkJtDmVE2';
    expect(await verifyPassword('12345678', long)).toBe(true);
    expect(await verifyPassword('123456789', long)).toBe(true);
    expect(await verifyPassword('1234567', long)).toBe(false);
  });

  it.each([
    ['', 'secret'],
    ['secret', 'secret'],
    ['$y$j9T$salt$hash', 'secret'],
    ['$2y$05$short', 'secret'],
    ['$2y$18$inBvZnFL4934845DdztSu.cbotm4Emd.WxiDouK7i4BLd/8IxUwom', 'secret'],
    ['$2x$05$inBvZnFL4934845DdztSu.cbotm4Emd.WxiDouK7i4BLd/8IxUwom', 'secret'],
    ['$6$rounds=999999999$salt$x', 'secret'],
    ['$6$rounds=999$salt$x', 'secret'],
    ['!!abcdefghijk', 'secret'],
    ['$6$salt$x', 'x'.repeat(512)],
  ])('knows no password for %s', async (hash, password) => {
    expect(await verifyPassword(password, hash)).toBeUndefined();
  });

  it.each(['{SHA}', '{SHA}x', '$apr1$', '$apr1$$', '$1$', '$5$', '$6$', '$6$rounds=1000$'])(
    'finds no password right for %s',
    async (hash) => {
      for (const password of ['', 'secret', hash])
        expect(await verifyPassword(password, hash)).not.toBe(true);
    },
  );
});

describe('isSameText', () => {
  it.each([
    ['', '', true],
    ['a', 'a', true],
    ['a', 'b', false],
    ['a', 'aa', false],
    ['\xe4', '\xe4', true],
  ])('of %j and %j is %s', (a, b, same) => {
    expect(isSameText(a, b)).toBe(same);
  });
});
