// The digits of crypt(3)'s hashes: six bits each, the lowest first.

const DIGITS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** `count` digits of a number of 24 bits or less. */
export function crypt64(bits: number, count: number): string {
  let text = '';
  for (let i = 0; i < count; i++) text += DIGITS[(bits >>> (6 * i)) & 63];
  return text;
}

/** The value of a digit; -1 for what is none. */
export function crypt64Value(digit: string): number {
  return DIGITS.indexOf(digit);
}

/** Four digits for each three bytes of a digest, taken in the order of `order`. */
export function encodeInOrder(digest: Buffer, order: readonly (readonly [number, number, number])[]): string {
  return order.map(([a, b, c]) => crypt64((digest[a]! << 16) | (digest[b]! << 8) | digest[c]!, 4)).join('');
}
