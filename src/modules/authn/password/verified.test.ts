import { describe, expect, it } from 'vitest';
import { desCrypt } from './des-crypt.ts';
import { VerifiedPasswords } from './verified.ts';

const SLOW = '$2y$10$inBvZnFL4934845DdztSu.cbotm4Emd.WxiDouK7i4BLd/8IxUwom';
const RIGHT = '$apr1$RWoqhCdS$M4VlJROPBIqMX9SuB2RbN1';

describe('VerifiedPasswords', () => {
  it('remembers what was right, and answers at once from then on', async () => {
    const passwords = new VerifiedPasswords();
    const first = passwords.verify('secret', RIGHT);
    expect(first).toBeInstanceOf(Promise);
    expect(await first).toBe(true);
    expect(passwords.verify('secret', RIGHT)).toBe(true);
  });

  it('remembers nothing that was wrong', async () => {
    const passwords = new VerifiedPasswords();
    expect(await passwords.verify('wrong', RIGHT)).toBe(false);
    expect(passwords.verify('wrong', RIGHT)).toBeInstanceOf(Promise);
    expect(await passwords.verify('secret', '$y$unknown')).toBeUndefined();
  });

  it('asks anew for another hash, or another password', async () => {
    const passwords = new VerifiedPasswords();
    await passwords.verify('secret', RIGHT);
    expect(passwords.verify('secret ', RIGHT)).toBeInstanceOf(Promise);
    expect(passwords.verify('secret', `${RIGHT} `)).toBeInstanceOf(Promise);
    expect(await passwords.verify('secret', RIGHT.replace('N1', 'N2'))).toBe(false);
  });

  it('answers the same question once for all who ask it at the same time', async () => {
    const passwords = new VerifiedPasswords();
    const asked = [1, 2, 3].map(() => passwords.verify('wrong', SLOW));
    expect(asked[1]).toBe(asked[0]);
    expect(await Promise.all(asked)).toEqual([false, false, false]);
    expect(passwords.verify('wrong', SLOW)).not.toBe(asked[0]);
  });

  it('answers all of many questions, two at a time', async () => {
    const passwords = new VerifiedPasswords();
    const asked = Array.from({ length: 20 }, (_, i) => passwords.verify(i === 7 ? 'secret' : `p${i}`, RIGHT));
    expect(await Promise.all(asked)).toEqual(asked.map((_, i) => i === 7));
  });

  it('lets the oldest go when there are many', async () => {
    const passwords = new VerifiedPasswords(3);
    const hashes = ['ab', 'ac', 'ad', 'ae'].map((salt) => desCrypt(Buffer.from('x'), salt)!);
    for (const hash of hashes) expect(await passwords.verify('x', hash)).toBe(true);
    expect(hashes.slice(1).map((hash) => passwords.verify('x', hash))).toEqual([true, true, true]);
    expect(passwords.verify('x', hashes[0]!)).toBeInstanceOf(Promise);
  });
});
