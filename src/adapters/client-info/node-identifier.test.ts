import { describe, expect, it } from 'vitest';
import { partyOf, readForwardedFor, readNode } from './node-identifier.ts';

const at = (address: string, port?: number) => ({ address, port, name: address });
const named = (name: string, port?: number) => ({ address: undefined, port, name });

describe('a node identifier', () => {
  // RFC 7239 section 6; the spelling of IPv6 is that of RFC 5952 section 4.
  it.each([
    ['192.0.2.43:47011', at('192.0.2.43', 47011)],
    ['[2001:db8:cafe::17]:47011', at('2001:db8:cafe::17', 47011)],
    ['[2001:DB8:0:0:1:0:0:1]', at('2001:db8::1:0:0:1')],
    ['[::ffff:192.0.2.1]', at('192.0.2.1')],
    ['unknown', named('unknown')],
    ['Unknown', named('unknown')],
    ['_hidden', named('_hidden')],
    ['_SEVKISEK:1', named('_SEVKISEK', 1)],
    ['192.0.2.43:_x', at('192.0.2.43')],
    ['_gazonk:_.-', named('_gazonk')],
  ])('%s', (text, party) => {
    expect(readNode(text)).toEqual(party);
  });

  it.each([
    '',
    '_',
    'hidden',
    'example.test',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.01',
    '0x7f.0.0.1',
    '2130706433',
    '192.0.2.1:',
    '192.0.2.1:65536',
    '192.0.2.1:123456',
    '192.0.2.1:-1',
    '192.0.2.1:_',
    ' 192.0.2.1',
    '192.0.2.1\n',
    '2001:db8::1',
    '[2001:db8::1',
    '[2001:db8::1]]',
    '[192.0.2.1]',
    '[fe80::1%eth0]',
    '[1::2::3]',
    '_\xe9',
    'unix',
    'unix:',
  ])('%j is none', (text) => {
    expect(readNode(text)).toBeUndefined();
  });
});

describe('an element of X-Forwarded-For', () => {
  it.each([
    ['2001:db8::1', at('2001:db8::1')],
    ['[2001:db8::1]:443', at('2001:db8::1', 443)],
    ['198.51.100.7:1024', at('198.51.100.7', 1024)],
    ['::ffff:10.0.0.1', at('10.0.0.1')],
    ['unix:', named('unix')],
    ['unknown', named('unknown')],
  ])('%s', (text, party) => {
    expect(readForwardedFor(text)).toEqual(party);
  });
});

describe('an address of the system', () => {
  it.each([
    ['::ffff:127.0.0.1', at('127.0.0.1', 9)],
    ['fe80::1%eth0', at('fe80::1', 9)],
    ['/run/app.sock', named('unknown')],
    ['', named('unknown')],
    [undefined, named('unknown')],
  ])('%s', (text, party) => {
    expect(partyOf(text, 9)).toEqual(party);
  });
});
