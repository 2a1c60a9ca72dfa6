// Numbers in a file held as a byte string. What lies outside reads as zeros: readers check what they go by.

export interface Bytes {
  readonly text: string;
  u8(at: number): number;
  u16(at: number): number;
  u32(at: number): number;
  /** A 64-bit number, as far as JavaScript counts exactly; else -1. */
  u64(at: number): number;
}

/** Reads a file in the byte order it was written in. */
export function readBytes(text: string, bigEndian: boolean = false): Bytes {
  const u8 = (at: number): number => (at >= 0 && at < text.length ? text.charCodeAt(at) : 0);
  const u16 = (at: number): number => (bigEndian ? (u8(at) << 8) | u8(at + 1) : u8(at) | (u8(at + 1) << 8));
  const u32 = (at: number): number => {
    const first = u16(at);
    const second = u16(at + 2);
    return bigEndian ? first * 0x10000 + second : second * 0x10000 + first;
  };
  const u64 = (at: number): number => {
    const first = u32(at);
    const second = u32(at + 4);
    const value = bigEndian ? first * 2 ** 32 + second : second * 2 ** 32 + first;
    return Number.isSafeInteger(value) ? value : -1;
  };
  return { text, u8, u16, u32, u64 };
}

/** Keys for which it matters whether C's `char` has a sign, which differs between machines: their hashes do. */
export const HIGH_BYTE: RegExp = /[\x80-\xff]/;

/** A byte of a key as C's `char`. */
export function charAt(key: string, at: number, signed: boolean): number {
  const byte = key.charCodeAt(at);
  return signed && byte > 127 ? byte - 256 : byte;
}
