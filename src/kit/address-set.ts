// Many address ranges as one: whether an address lies in any of them is a look-up for each length of prefix there is,
// not a comparison for each range.

import { type AddressRange, parseAddress } from './ip-range.ts';

/** The network's bytes, as a string, by the number of bits that count. */
type ByBits = Map<number, Set<string>>;

export class AddressSet {
  readonly #ranges: AddressRange[] = [];
  readonly #byKind: Record<AddressRange['kind'], ByBits> = { ipv4: new Map(), ipv6: new Map() };

  get isEmpty(): boolean {
    return this.#ranges.length === 0;
  }

  add(range: AddressRange): void {
    const { kind, bytes, bits } = range;
    this.#ranges.push(range);
    const byBits = this.#byKind[kind];
    const networks = byBits.get(bits) ?? new Set();
    byBits.set(bits, networks);
    networks.add(networkOf(bytes, bits));
  }

  addAll(other: AddressSet): void {
    for (const range of other.#ranges) this.add(range);
  }

  has(text: string): boolean {
    if (this.isEmpty) return false;
    const address = parseAddress(text);
    if (address === undefined) return false;
    const { kind, bytes } = address;
    for (const [bits, networks] of this.#byKind[kind]) if (networks.has(networkOf(bytes, bits))) return true;
    return false;
  }
}

/** The first `bits` of an address. */
function networkOf(bytes: readonly number[], bits: number): string {
  const whole = bits >> 3;
  const text = String.fromCharCode(...bytes.slice(0, whole));
  const rest = bits & 7;
  return rest === 0 ? text : text + String.fromCharCode(bytes[whole]! & (0xff00 >> rest));
}
