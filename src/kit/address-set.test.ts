import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressSet } from './address-set.ts';
import { compileIpRange, parseAddressRange } from './ip-range.ts';

const byte = fc.constantFrom(0, 1, 2, 10, 127, 128, 192, 255);
const ipv4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join('.'));
const word = fc.constantFrom('0', '1', 'db8', 'ff00', '8000', 'ffff');
const ipv6 = fc.tuple(word, word, word).map(([a, b, c]) => `2001:${a}:${b}::${c}`);
const range = fc.oneof(
  ipv4,
  fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map(([address, bits]) => `${address}/${bits}`),
  fc.tuple(byte, byte).map((bytes) => bytes.join('.')),
  ipv6,
  fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })).map(([address, bits]) => `${address}/${bits}`),
);
const address = fc.oneof(
  ipv4,
  ipv6,
  ipv4.map((each) => `::ffff:${each}`),
  fc.constant('none'),
);

describe('a set of addresses', () => {
  it('holds what one of its ranges holds', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 30 }), address, (ranges, asked) => {
        const set = new AddressSet();
        for (const each of ranges) set.add(parseAddressRange(each)!);
        expect(set.has(asked)).toBe(ranges.some((each) => compileIpRange(each)!(asked)));
      }),
      { numRuns: 500 },
    );
  });

  it('takes over another', () => {
    const one = new AddressSet();
    const other = new AddressSet();
    expect(one.isEmpty).toBe(true);
    other.add(parseAddressRange('10.0.0.0/8')!);
    one.addAll(other);
    expect(one.has('10.1.2.3')).toBe(true);
    expect(one.isEmpty).toBe(false);
  });
});
