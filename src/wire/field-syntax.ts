// What bytes may stand in a method, a field name and a field value (RFC 9110 sections 5.5, 5.6.2).
// One table for parsers that look at bytes and for writers that look at latin1 strings.

/** Bit of a byte that may stand in a token. */
export const TOKEN = 1;
/** Bit of a byte that may stand in a field value or a line of text: not a control, but TAB. */
export const TEXT = 2;

/** Classes of every byte, as bits. */
export const BYTE_CLASS: Uint8Array = buildClasses();

function buildClasses(): Uint8Array {
  const classes = new Uint8Array(256);
  for (let byte = 0x20; byte < 0x100; byte++) if (byte !== 0x7f) classes[byte] = TEXT;
  classes[0x09] = TEXT;
  const tokens = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  for (let i = 0; i < tokens.length; i++) classes[tokens.charCodeAt(i)] = TOKEN | TEXT;
  return classes;
}

/** True for a non-empty token: a method, a field name, a transfer coding. */
export function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff || (BYTE_CLASS[code]! & TOKEN) === 0) return false;
  }
  return text.length > 0;
}

/** True when every character is one byte and none is a control: safe in a field value or a reason phrase. */
export function isFieldText(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff || (BYTE_CLASS[code]! & TEXT) === 0) return false;
  }
  return true;
}

/** The text without spaces and tabs at either end (OWS of RFC 9110 section 5.6.3). */
export function trimBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return from === 0 && to === text.length ? text : text.slice(from, to);
}

/** True for a space or a tab. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** True for `0` to `9`. */
export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
