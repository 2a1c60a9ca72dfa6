import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { compileIpRange, parseIpv4 } from './ip-range.ts';

describe('address ranges', () => {
  it.each([
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.4', false],
    ['10.1', '10.1.200.7', true],
    ['10.1', '10.2.0.1', false],
    ['10.1.', '10.1.0.1', true],
    ['10', '10.9.9.9', true],
    ['10.1.0.0/16', '10.1.255.255', true],
    ['10.1/16', '10.1.255.255', true],
    ['10.1.0.0/255.255.0.0', '10.1.3.4', true],
    ['10.1.0.0/255.255.0.0', '10.2.3.4', false],
    ['127.0.0.1', '::ffff:127.0.0.1', true],
    ['2001:db8::/32', '2001:db8:1::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['10.0.0.0/8', '::1', false],
    ['10.0.0.0/8', 'no address', false],
  ])('%s and %s: %s', (range, address, inside) => {
    expect(compileIpRange(range)?.(address)).toBe(inside);
  });

  it.each(['', 'example.test', '10.1.2.300', '10.0.0.0/33', '10.0.0.0/255.0.255.0', '1.2.3.4.5', ':::'])(
    '%s is no range',
    (text) => {
      expect(compileIpRange(text)).toBeUndefined();
    },
  );
});

describe('four decimal parts', () => {
  it('are what ipaddr.js takes for them', () => {
    const part = fc.oneof(
      fc.integer({ min: 0, max: 300 }).map(String),
      fc.constantFrom('', '00', '01', 'a', '-1'),
    );
    const parts = fc.array(part, { minLength: 3, maxLength: 5 });
    fc.assert(
      fc.property(
        parts,
        fc.constantFrom('.', ',', '..'),
        fc.constantFrom('', '.', ' ', '1'),
        (list, dot, end) => {
          const text = list.join(dot) + end;
          const isOne = ipaddr.IPv4.isValidFourPartDecimal(text);
          expect(parseIpv4(text)).toEqual(isOne ? ipaddr.IPv4.parse(text).toByteArray() : undefined);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each([
    '1.2.3.4\u00001',
    '1.2.3.4.',
    '.1.2.3.4',
    '1.2.3.4444',
    '255.255.255.2555',
    '255.255.255.255.1',
    ' 1.2.3.4',
  ])('%j is none', (text) => {
    expect(parseIpv4(text)).toBeUndefined();
  });
});
