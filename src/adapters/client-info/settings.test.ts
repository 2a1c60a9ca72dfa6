import { describe, expect, it } from 'vitest';
import { partyOf, UNIX_SOCKET, UNKNOWN } from './node-identifier.ts';
import { type ClientInfoOptions, readSettings } from './settings.ts';
import { compileTrust } from './trust.ts';

describe('trust', () => {
  it.each<[string | string[], string, boolean]>([
    ['loopback', '127.9.9.9', true],
    ['loopback', '::1', true],
    ['loopback', '::ffff:127.0.0.1', true],
    ['loopback', '10.0.0.1', false],
    ['private', '10.255.0.1', true],
    ['private', '172.31.0.1', true],
    ['private', '172.32.0.1', false],
    ['private', '192.168.7.7', true],
    ['private', 'fd00::1', true],
    ['private', '127.0.0.1', false],
    ['uniquelocal', '192.168.7.7', true],
    ['linklocal', '169.254.1.1', true],
    ['linklocal', 'fe80::1%eth0', true],
    [['10.1.2.3', '2001:db8::/32'], '10.1.2.3', true],
    [['10.1.2.3', '2001:db8::/32'], '10.1.2.4', false],
    [['10.1.2.3', '2001:db8::/32'], '2001:db8:ffff::1', true],
    ['10.0.0.0/255.0.0.0', '10.7.7.7', true],
    ['10.9.9.9/8', '10.7.7.7', true],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
    [[], '127.0.0.1', false],
  ])('of %j in %s: %s', (trust, address, isTrusted) => {
    expect(compileTrust(trust)(partyOf(address), 0)).toBe(isTrusted);
  });

  it('of local sockets has to be said', () => {
    expect(compileTrust(['unix'])(UNIX_SOCKET, 0)).toBe(true);
    expect(compileTrust(['loopback', 'private'])(UNIX_SOCKET, 0)).toBe(false);
    expect(compileTrust(['unix'])(partyOf('127.0.0.1'), 0)).toBe(false);
  });

  it('is never given to who is not known', () => {
    expect(compileTrust(['unix', 'private'])(UNKNOWN, 0)).toBe(false);
    expect(compileTrust(() => true)(UNKNOWN, 0)).toBe(false);
  });

  it('may be a function, whose true alone counts', () => {
    const asked: [string, number][] = [];
    const isTrusted = compileTrust((address, hop) => {
      asked.push([address, hop]);
      return 'yes' as unknown as boolean;
    });
    expect(isTrusted(partyOf('::ffff:10.0.0.1'), 0)).toBe(false);
    expect(isTrusted(UNIX_SOCKET, 1)).toBe(false);
    expect(asked).toEqual([
      ['10.0.0.1', 0],
      ['unix', 1],
    ]);
  });

  it.each<[unknown, RegExp]>([
    [['10.0.0.300'], /^trust: '10\.0\.0\.300' is no address, range .* or name/],
    [['10.0.0.0/33'], /'10\.0\.0\.0\/33' is no address/],
    [['10.0.0.0/-1'], /is no address/],
    [['10.1'], /'10\.1' is no address/],
    [['10.1/16'], /is no address/],
    [['::ffff:10.0.0.0/104'], /is no address/],
    [['::ffff:10.0.0.0/8'], /is no address/],
    [['example.test'], /is no address/],
    [[''], /is no address/],
    [['loopbak'], /did you mean 'loopback'\?/],
    [['0.0.0.0/0'], /'0\.0\.0\.0\/0' is every address/],
    [['::/0'], /is every address/],
    [[7], /^trust: 7 is no string/],
    [1, /a number of proxies is nothing that a request proves/],
    [true, /everybody is no proxy of yours/],
    [undefined, /give the addresses of your proxies/],
    [null, /give the addresses of your proxies/],
    [{}, /give the addresses of your proxies/],
  ])('%j is refused', (trust, message) => {
    expect(() => compileTrust(trust as string)).toThrow(TypeError);
    expect(() => compileTrust(trust as string)).toThrow(message);
  });
});

describe('options', () => {
  it.each<[unknown, string]>([
    [undefined, "give an object with a list of your proxies: { trust: ['loopback'] }"],
    [
      {},
      "trust: give the addresses of your proxies, as in ['loopback', '10.0.0.0/8'], [] for none, or a function",
    ],
    [
      { trust: [], form: 'forwarded' },
      "option: 'form' is none of trust, hosts, maxHops, from, fields, appended; did you mean 'from'?",
    ],
    [
      { trust: [], from: 'forwaded' },
      "from: 'forwaded' is none of x-forwarded, forwarded; did you mean 'forwarded'?",
    ],
    [{ trust: [], maxHops: 0 }, 'maxHops: 0 is no whole number from 1 to 100'],
    [{ trust: [], maxHops: '3' }, 'maxHops: 3 is no whole number from 1 to 100'],
    [
      { trust: [], fields: ['x-forwarded-for'] },
      "fields: 'x-forwarded-for' is none of for, host, proto, port, prefix, real-ip",
    ],
    [{ trust: [], fields: 'for' }, "fields: give a list, as in ['for']"],
    [
      { trust: [], fields: ['for', 'real-ip'] },
      "fields: 'for' and 'real-ip' both name the client; choose the one that your proxy writes",
    ],
    [{ trust: [], appended: ['for'] }, "appended: 'for' is none of host, proto, port, prefix"],
    [{ trust: [], appended: ['proto'] }, "appended: 'proto' does not stand in fields"],
    [
      { trust: [], from: 'forwarded', fields: ['for'] },
      "fields, appended: with from: 'forwarded' there is one field, and it says everything",
    ],
    [{ trust: [], hosts: ['shop.example:80'] }, "hosts: 'shop.example:80': leave the port out"],
    [{ trust: [], hosts: ['*'] }, "hosts: '*' is no name; write shop.example, or *.shop.example"],
    [{ trust: [], hosts: [3] }, "hosts: '3' is no name; write shop.example, or *.shop.example"],
    [{ trust: [], hosts: {} }, "hosts: give a list of names, as in ['shop.example']"],
  ])('%j: %s', (options, message) => {
    expect(() => readSettings(options as ClientInfoOptions)).toThrow(new TypeError(message));
  });
});
