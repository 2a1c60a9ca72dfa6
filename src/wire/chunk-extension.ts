// The extensions behind a chunk size (RFC 9112 section 7.1.1): checked byte by byte, and forgotten. What keeps to the
// grammar ends at the same place for every reader; a quote that stays open, or a word that is none, may not.

import { BYTE_CLASS, isBlank, TEXT, TOKEN } from './field-syntax.ts';

/** Where the next byte of a size line stands. */
export type ExtensionState = number;

/** Behind a semicolon. */
export const EXTENSION_START: ExtensionState = 0;
const NAME = 1;
const AFTER_NAME = 2;
const VALUE_START = 3;
const VALUE = 4;
const QUOTED = 5;
const ESCAPED = 6;
const QUOTE_END = 7;
const AFTER_VALUE = 8;
/** The CR that ends the line. */
export const EXTENSION_END: ExtensionState = 9;
export const BAD_EXTENSION: ExtensionState = 10;

const CR = 0x0d;
const QUOTE = 0x22;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;

/** The state behind this byte. */
export function stepExtension(state: ExtensionState, byte: number): ExtensionState {
  switch (state) {
    case EXTENSION_START:
      if (isBlank(byte)) return EXTENSION_START;
      return isTokenByte(byte) ? NAME : BAD_EXTENSION;
    case NAME:
      return isTokenByte(byte) ? NAME : endWord(byte, AFTER_NAME, true);
    case AFTER_NAME:
      return byte === CR ? BAD_EXTENSION : endWord(byte, AFTER_NAME, true);
    case VALUE_START:
      if (isBlank(byte)) return VALUE_START;
      if (byte === QUOTE) return QUOTED;
      return isTokenByte(byte) ? VALUE : BAD_EXTENSION;
    case VALUE:
      return isTokenByte(byte) ? VALUE : endWord(byte, AFTER_VALUE, false);
    case QUOTED:
      if (byte === QUOTE) return QUOTE_END;
      if (byte === BACKSLASH) return ESCAPED;
      return isTextByte(byte) ? QUOTED : BAD_EXTENSION;
    case ESCAPED:
      return isTextByte(byte) ? QUOTED : BAD_EXTENSION;
    case QUOTE_END:
      return endWord(byte, AFTER_VALUE, false);
    default:
      return byte === CR ? BAD_EXTENSION : endWord(byte, AFTER_VALUE, false);
  }
}

function endWord(byte: number, blank: ExtensionState, isName: boolean): ExtensionState {
  if (byte === CR) return EXTENSION_END;
  if (byte === SEMICOLON) return EXTENSION_START;
  if (isBlank(byte)) return blank;
  return isName && byte === EQUALS ? VALUE_START : BAD_EXTENSION;
}

function isTokenByte(byte: number): boolean {
  return (BYTE_CLASS[byte]! & TOKEN) !== 0;
}

function isTextByte(byte: number): boolean {
  return (BYTE_CLASS[byte]! & TEXT) !== 0;
}
