import { describe, expect, it } from 'vitest';
import { readInfo } from '../../../test/support/forwarded-request.ts';

describe('Forwarded', () => {
  const from = 'forwarded';

  // RFC 7239 sections 4, 6 and 7, sent by 10.0.0.1.
  it.each<[string, string | undefined, string]>([
    ['for="_gazonk"', undefined, 'http://inner.test:8000'],
    ['For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17', 'http://inner.test:8000'],
    ['for=192.0.2.60;proto=http;by=203.0.113.43', '192.0.2.60', 'http://inner.test:8000'],
    ['for=192.0.2.43, for=198.51.100.17', '198.51.100.17', 'http://inner.test:8000'],
    ['for=192.0.2.43, for="[2001:db8:cafe::17]", for=unknown', undefined, 'http://inner.test:8000'],
    ['for=_hidden, for=_SEVKISEK', undefined, 'http://inner.test:8000'],
    [
      'for=192.0.2.43, for=198.51.100.17;by=203.0.113.60;proto=https;host=example.com',
      '198.51.100.17',
      'https://example.com',
    ],
    ['for=192.0.2.43;host="example.com:8080"', '192.0.2.43', 'http://example.com:8080'],
    // Two proxies of ours: the outer one's element counts, and where it is silent the inner one's.
    [
      'for=6.6.6.6;host=evil.test, for=192.0.2.43;host=shop.example;proto=https, for=10.0.0.2;host=middle.test;proto=http',
      '192.0.2.43',
      'https://shop.example',
    ],
    ['for=192.0.2.43;proto=https, for=10.0.0.2;host=middle.test', '192.0.2.43', 'https://middle.test'],
    [
      'for=192.0.2.43;host="a b";proto=https, for=10.0.0.2;host=middle.test',
      '192.0.2.43',
      'https://middle.test',
    ],
    // A proxy that hides its client says all the rest.
    ['host=shop.example;proto=https', undefined, 'https://shop.example'],
    // Broken by a proxy: nothing of it counts.
    ['for=2001:db8::1;host=shop.example', undefined, 'http://inner.test:8000'],
    ['for=192.0.2.43;for=192.0.2.44;host=shop.example', undefined, 'http://inner.test:8000'],
    ['for="2001:db8::1";host=shop.example', undefined, 'http://shop.example'],
    // Broken by the client.
    ['for=";host=evil.test, for=192.0.2.43;host=shop.example', '192.0.2.43', 'http://shop.example'],
    ['x=", for="[2001:db8::1]";host="shop.example:81"', '2001:db8::1', 'http://shop.example:81'],
    ['', '10.0.0.1', 'http://inner.test:8000'],
  ])('%s: %s at %s', (forwarded, address, baseUrl) => {
    expect(readInfo({ forwarded }, { from })).toMatchObject({ address, baseUrl });
  });

  it('keeps names that were made up to hide somebody', () => {
    expect(readInfo({ forwarded: 'for="_gazonk:_p"' }, { from }).hops.at(-1)).toEqual({
      address: undefined,
      port: undefined,
      name: '_gazonk',
      isTrusted: false,
    });
  });

  it('is never mixed with the other family', () => {
    const headers = {
      forwarded: 'for=192.0.2.43',
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'https',
    };
    expect(readInfo(headers, { from })).toMatchObject({
      address: '192.0.2.43',
      baseUrl: 'http://inner.test:8000',
    });
    expect(readInfo({ ...headers, forwarded: '' }, { from })).toMatchObject({
      address: '10.0.0.1',
      baseUrl: 'http://inner.test:8000',
    });
  });
});
