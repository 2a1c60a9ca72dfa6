// Differential: the address that client-info finds, and `req.ip` of Express with the same list in `trust proxy`.
import express from 'express';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClientInfo } from '../../src/adapters/client-info/index.ts';

const LISTS = [
  ['loopback'],
  ['10.0.0.0/8'],
  ['loopback', 'uniquelocal', 'linklocal'],
  ['10.1.2.3', '2001:db8::/32', '192.0.2.0/255.255.255.0'],
];

const ADDRESSES = [
  ...['127.0.0.1', '127.255.0.1', '10.1.2.3', '10.200.0.1', '172.16.0.1', '172.32.0.1', '192.168.1.1'],
  ...['192.0.2.7', '169.254.1.1', '203.0.113.7', '8.8.8.8', '::1', '::ffff:10.1.2.3', '2001:db8::7'],
  ...['2001:0DB8:0:0:0::7', 'fd00::1', 'fe80::1', '2001:4860::8'],
];
/** Of what is no address, Express hands out the text, and client-info nothing. */
const NO_ADDRESSES = [
  'unknown',
  'proxy.example',
  '_hidden',
  '"10.1.2.3"',
  '10.1.2',
  '10.1.2.3.4',
  '1.2.3.300',
];

/** `req.ip` of a request that comes from `peer`. */
function expressIp(trusted: readonly string[], peer: string, list: string | undefined): string | undefined {
  const app = express();
  app.set('trust proxy', trusted);
  const request = Object.create(app.request);
  const headers = list === undefined ? {} : { 'x-forwarded-for': list };
  Object.assign(request, { headers, socket: { remoteAddress: peer } });
  return request.ip;
}

function ownAddress(trusted: readonly string[], peer: string, list: string | undefined): string | undefined {
  const headers = list === undefined ? {} : { 'x-forwarded-for': list };
  return createClientInfo({ trust: trusted })({ headers, socket: { remoteAddress: peer } }).address;
}

/** Express hands out addresses as they were written. */
const oneSpelling = (address: string): string | undefined => ownAddress([], address, undefined);

describe('X-Forwarded-For', () => {
  it('leads to the same address as in Express', () => {
    const elements = fc.array(fc.constantFrom(...ADDRESSES), { maxLength: 5 });
    fc.assert(
      fc.property(
        fc.constantFrom(...LISTS),
        fc.constantFrom(...ADDRESSES),
        fc.option(elements, { nil: undefined }),
        (trusted, peer, list) => {
          const text = list?.join(', ');
          const theirs = expressIp(trusted, peer, text || undefined);
          expect(ownAddress(trusted, peer, text)).toBe(oneSpelling(theirs ?? ''));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('leads to nobody where Express hands out a text that is no address', () => {
    const elements = fc.array(fc.constantFrom(...ADDRESSES.slice(0, 9), ...NO_ADDRESSES), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...LISTS),
        fc.constantFrom(...ADDRESSES),
        elements,
        (trusted, peer, list) => {
          const theirs = expressIp(trusted, peer, list.join(',')) ?? '';
          expect(ownAddress(trusted, peer, list.join(','))).toBe(oneSpelling(theirs));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('what Express does in another way', () => {
  it('the first of several X-Forwarded-Host counts there, which behind Apache is the client\u2019s', () => {
    const app = express();
    app.set('trust proxy', ['loopback']);
    const request = Object.create(app.request);
    const headers = { host: 'inner.test', 'x-forwarded-host': 'evil.test, shop.example' };
    Object.assign(request, { headers, socket: { remoteAddress: '127.0.0.1' } });
    expect(request.host).toBe('evil.test');
    expect(createClientInfo({ trust: ['loopback'] })(request).host).toBe('shop.example');
  });
});
