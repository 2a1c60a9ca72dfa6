// Text and bytes: the engine's strings hold one byte a character, callers have text, or what came from a socket.

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const BEYOND_ASCII = /[^\0-\x7f]/;
const BEYOND_BYTES = /[^\0-\xff]/;

/** The UTF-8 bytes of a text, one a character. */
export function bytesOf(text: string): string {
  return BEYOND_ASCII.test(text) ? lettersOf(encoder.encode(text)) : text;
}

/** A file's bytes, one a character; of a text its UTF-8 bytes. */
export function bytesOfFile(content: string | Uint8Array): string {
  return typeof content === 'string' ? bytesOf(content) : lettersOf(content);
}

function lettersOf(bytes: Uint8Array): string {
  let letters = '';
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return letters;
}

/** The text whose UTF-8 bytes these are; bytes that are no UTF-8 stay one character each. */
export function textOf(bytes: string): string {
  return decode(bytes) ?? bytes;
}

/** Of a string that may be either: bytes when they are UTF-8 as they stand (a socket's), else a text. */
export function bytesOfUrl(url: string): string {
  if (!BEYOND_ASCII.test(url)) return url;
  return BEYOND_BYTES.test(url) || decode(url) === undefined ? bytesOf(url) : url;
}

/** Of a header value: bytes already, unless a character shows that it is a text. */
export function bytesOfField(value: string): string {
  return BEYOND_BYTES.test(value) ? bytesOf(value) : value;
}

function decode(bytes: string): string | undefined {
  if (!BEYOND_ASCII.test(bytes)) return bytes;
  if (BEYOND_BYTES.test(bytes)) return undefined;
  try {
    return decoder.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
