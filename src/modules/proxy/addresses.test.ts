import { describe, expect, it } from 'vitest';
import { Addresses } from './addresses.ts';

/** A name server of the test's own, and a clock. */
function scene(answers: (readonly string[] | Error)[]) {
  const asked: string[] = [];
  let now = 0;
  const addresses = new Addresses(
    async (host) => {
      asked.push(host);
      const answer = answers[Math.min(asked.length, answers.length) - 1]!;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    () => now,
  );
  return {
    addresses,
    asked,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: 'getaddrinfo' });
}

describe('the addresses of a name', () => {
  it('are asked for once, and again when their time is over', async () => {
    const { addresses, asked, pass } = scene([['10.0.0.1'], ['10.0.0.2']]);
    expect(await addresses.find('app', 5000)).toEqual(['10.0.0.1']);
    pass(4999);
    expect(addresses.find('app', 5000)).toEqual(['10.0.0.1']);
    pass(1);
    expect(await addresses.find('app', 5000)).toEqual(['10.0.0.2']);
    expect(asked).toEqual(['app', 'app']);
  });

  it('count ten seconds where nothing is said', async () => {
    const { addresses, pass } = scene([['10.0.0.1'], ['10.0.0.2']]);
    await addresses.find('app');
    pass(9999);
    expect(addresses.isOld('app')).toBe(false);
    pass(1);
    expect(addresses.isOld('app')).toBe(true);
  });

  it('are asked for once by all who want them at the same time', async () => {
    const { addresses, asked } = scene([['10.0.0.1']]);
    const found = await Promise.all([addresses.find('app'), addresses.find('app'), addresses.find('app')]);
    expect(found).toEqual([['10.0.0.1'], ['10.0.0.1'], ['10.0.0.1']]);
    expect(asked).toEqual(['app']);
  });

  it('are tried in the order of the last success, until there are others', async () => {
    const { addresses, pass } = scene([
      ['10.0.0.1', '10.0.0.2'],
      ['10.0.0.1', '10.0.0.2'],
      ['10.0.0.1', '10.0.0.3'],
    ]);
    await addresses.find('app', 1000);
    addresses.prefer('app', '10.0.0.2');
    addresses.prefer('app', '10.9.9.9');
    expect(addresses.find('app', 1000)).toEqual(['10.0.0.2', '10.0.0.1']);
    pass(1000);
    expect(await addresses.find('app', 1000)).toEqual(['10.0.0.2', '10.0.0.1']);
    pass(1000);
    expect(await addresses.find('app', 1000)).toEqual(['10.0.0.1', '10.0.0.3']);
  });

  it('are looked at again when none of them answered', async () => {
    const { addresses } = scene([['10.0.0.1'], ['10.0.0.1'], ['10.0.0.2'], failure('ENOTFOUND')]);
    await addresses.find('app');
    expect(await addresses.lookAgain('app')).toBe(false);
    expect(await addresses.lookAgain('app')).toBe(true);
    expect(await addresses.lookAgain('app')).toBe(false);
  });

  it('outlast a name server that cannot be reached, and no name that is gone', async () => {
    const { addresses, pass } = scene([['10.0.0.1'], failure('EAI_AGAIN'), failure('ENOTFOUND')]);
    await addresses.find('app', 1000);
    pass(1000);
    expect(await addresses.find('app', 1000)).toEqual(['10.0.0.1']);
    pass(1000);
    await expect(addresses.find('app', 1000)).rejects.toThrow('ENOTFOUND');
  });

  it('of a name that has none are not asked for by every request', async () => {
    const { addresses, asked, pass } = scene([failure('ENOTFOUND'), ['10.0.0.1']]);
    await expect(addresses.find('app')).rejects.toThrow('ENOTFOUND');
    await expect(addresses.find('app')).rejects.toThrow('ENOTFOUND');
    expect(asked).toEqual(['app']);
    pass(1000);
    expect(await addresses.find('app')).toEqual(['10.0.0.1']);
  });

  it('are remembered of a bounded number of names', async () => {
    const { addresses, asked } = scene([['10.0.0.1']]);
    for (let i = 0; i <= 1000; i++) await addresses.find(`app${i}`);
    await addresses.find('app1000');
    expect(asked.length).toBe(1001);
    await addresses.find('app0');
    expect(asked.length).toBe(1002);
  });
});
