import { describe, expect, it } from 'vitest';
import { isIpv6, parseVhostAddress } from './vhost-address.ts';

describe('parseVhostAddress', () => {
  it.each([
    ['*', '*', 0],
    ['*:80', '*', 80],
    ['*:*', '*', 0],
    ['_default_:443', '_default_', 443],
    ['127.0.0.1', '127.0.0.1', 0],
    ['127.0.0.1:8080', '127.0.0.1', 8080],
    ['[::1]', '::1', 0],
    ['[2001:db8::1]:80', '2001:db8::1', 80],
  ])('reads %s', (text, host, port) => {
    expect(parseVhostAddress(text)).toEqual({ address: { host, port, text } });
  });

  it.each([
    ['*:99999', 'The address or port is invalid'],
    ['*:0', 'The address or port is invalid'],
    [':80', 'The address or port is invalid'],
    ['[::zz]:80', 'The address or port is invalid'],
    ['80', 'Missing address for VirtualHost'],
  ])('refuses %s', (text, error) => {
    expect(parseVhostAddress(text)).toEqual({ error });
  });

  it('takes all else for a name to look up', () => {
    expect(parseVhostAddress('www.example.test:80')).toEqual({ name: 'www.example.test', port: 80 });
    expect(parseVhostAddress('*:abc')).toEqual({ name: '*:abc', port: 0 });
  });
});

describe('isIpv6', () => {
  it.each(['::', '::1', '1:2:3:4:5:6:7:8', 'fe80::1%eth0', '::ffff:192.0.2.1', '1::'])(
    'accepts %s',
    (text) => {
      expect(isIpv6(text)).toBe(true);
    },
  );

  it.each([
    '',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '12345::',
    '1.2.3.4',
    '::1.2.3.256',
    '192.0.2.1::',
  ])('refuses %s', (text) => {
    expect(isIpv6(text)).toBe(false);
  });
});
