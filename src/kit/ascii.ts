// Comparisons and classes of bytes in latin1 strings. ASCII only: bytes above 0x7f have no case.

/** True when both strings are equal but for the case of ASCII letters. */
export function equalsIgnoreCase(a: string, b: string): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y && lowerCode(x) !== lowerCode(y)) return false;
  }
  return true;
}

function lowerCode(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}

/** ASCII letters to lower case; every other byte, 0x80 to 0xff included, stays (String#toLowerCase would change À). */
export function lowerAscii(text: string): string {
  // Most text is in lower case already, and a look at its letters is much cheaper than a replacement.
  if (!hasUpper(text)) return text;
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function hasUpper(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x41 && code <= 0x5a) return true;
  }
  return false;
}

/** ASCII letters to upper case; every other byte stays. */
export function upperAscii(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** True when `text` begins with `prefix` but for the case of ASCII letters. */
export function startsWithIgnoreCase(text: string, prefix: string): boolean {
  if (text.length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) {
    const x = text.charCodeAt(i);
    const y = prefix.charCodeAt(i);
    if (x !== y && lowerCode(x) !== lowerCode(y)) return false;
  }
  return true;
}
