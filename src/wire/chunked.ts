// The chunked transfer coding (RFC 9112 section 7.1), both ways.
// Strict: CR LF only, hexadecimal digits only, bounded lines; extensions are checked and dropped, trailers are kept for
// logs as far as they are short.

import {
  BAD_EXTENSION,
  EXTENSION_END,
  EXTENSION_START,
  type ExtensionState,
  stepExtension,
} from './chunk-extension.ts';
import type { BodyDecoder, TakeContent } from './decoder.ts';
import { BYTE_CLASS, isBlank, TEXT, TOKEN } from './field-syntax.ts';
import { HeaderList } from './header-list.ts';
import { MessageError } from './message-error.ts';

/** The line before a chunk of `size` bytes; `size` is not 0. */
export function chunkHead(size: number): string {
  return `${size.toString(16)}\r\n`;
}

/** What follows the bytes of a chunk. */
export const CHUNK_END = '\r\n';

/** What ends a chunked body: the last chunk and no trailers. */
export const LAST_CHUNK = '0\r\n\r\n';

/**
 * Bounds on the line of a chunk size with its extensions, on a trailer field with its folds and on the number of trailer
 * fields (0: any number): LimitRequestFieldSize and LimitRequestFields.
 */
export interface ChunkLimits {
  readonly fieldSize: number;
  readonly fields: number;
}

const CHUNK_LIMITS: ChunkLimits = { fieldSize: 8190, fields: 100 };

/** Trailers that are longer together are checked and not kept: nothing but a log may want them. */
const MOST_KEPT_TRAILERS = 8190;

const SIZE = 0;
// Apache: some senders pad the size with spaces.
const AFTER_SIZE = 1;
const EXTENSION = 2;
const SIZE_LF = 3;
const DATA = 4;
const DATA_CR = 5;
const DATA_LF = 6;
const TRAILER_START = 7;
const TRAILER_NAME = 8;
const TRAILER_VALUE = 9;
const TRAILER_LF = 10;
const TRAILER_FOLD = 11;
const END_LF = 12;

const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;
const SEMICOLON = 0x3b;

/** Reads a chunked body. Errors have the status Apache gives them: 413 for sizes and size lines too large, else 400. */
export class ChunkedDecoder implements BodyDecoder {
  done = false;
  error: MessageError | undefined = undefined;
  readonly #limits: ChunkLimits;
  #state = SIZE;
  #size = 0;
  #extension: ExtensionState = EXTENSION_START;
  /** Bytes in the line being read; those of a trailer field with its folds count together. */
  #lineLength = 0;
  #fieldLength = 0;
  #trailers = 0;
  /** The trailer lines as they came. */
  #trailerText = '';

  constructor(limits: ChunkLimits = CHUNK_LIMITS) {
    this.#limits = limits;
  }

  decode(buf: Buffer, start: number, take: TakeContent): number {
    let at = start;
    while (at < buf.length && !this.done && this.error === undefined) {
      if (this.#state === DATA) at = this.#takeData(buf, at, take);
      else this.#step(buf[at++]!);
    }
    return at;
  }

  close(): boolean {
    return this.done;
  }

  #takeData(buf: Buffer, at: number, take: TakeContent): number {
    const end = Math.min(buf.length, at + this.#size);
    this.#size -= end - at;
    if (this.#size === 0) this.#state = DATA_CR;
    take(buf, at, end);
    return end;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case SIZE:
      case AFTER_SIZE:
      case EXTENSION:
        this.#stepSizeLine(byte);
        break;
      case SIZE_LF:
        this.#expect(byte, LF, this.#size === 0 ? TRAILER_START : DATA);
        break;
      case DATA_CR:
        this.#expect(byte, CR, DATA_LF);
        break;
      case DATA_LF:
        this.#expect(byte, LF, SIZE);
        break;
      case END_LF:
        this.done = byte === LF;
        this.#check(this.done);
        break;
      default:
        this.#stepTrailer(byte);
    }
  }

  #stepSizeLine(byte: number): void {
    this.#lineLength += 1;
    const digit = this.#state === SIZE ? hexValue(byte) : -1;
    // Apache counts CR LF here, and not in a field.
    if (this.#lineLength >= this.#limits.fieldSize) this.#fail(413);
    else if (digit >= 0) this.#addDigit(digit);
    else if (this.#lineLength === 1) this.#fail(400);
    else if (this.#state === EXTENSION) this.#stepExtension(byte);
    else if (byte === CR) this.#state = SIZE_LF;
    else if (byte === SEMICOLON) this.#beginExtension();
    else if (isBlank(byte)) this.#state = AFTER_SIZE;
    else this.#fail(400);
  }

  #beginExtension(): void {
    this.#state = EXTENSION;
    this.#extension = EXTENSION_START;
  }

  #stepExtension(byte: number): void {
    this.#extension = stepExtension(this.#extension, byte);
    if (this.#extension === EXTENSION_END) this.#state = SIZE_LF;
    else this.#check(this.#extension !== BAD_EXTENSION);
  }

  #addDigit(digit: number): void {
    this.#size = this.#size * 16 + digit;
    if (this.#size > Number.MAX_SAFE_INTEGER) this.#fail(413);
  }

  /** The fields behind the body; undefined for none. */
  get trailers(): HeaderList | undefined {
    if (!this.done || this.#trailerText === '' || this.#trailerText.length > MOST_KEPT_TRAILERS)
      return undefined;
    return readTrailers(this.#trailerText);
  }

  #stepTrailer(byte: number): void {
    this.#lineLength += 1;
    if (this.#trailerText.length <= MOST_KEPT_TRAILERS) this.#trailerText += String.fromCharCode(byte);
    if (this.#lineLength > this.#limits.fieldSize + 1 && byte !== CR && byte !== LF)
      this.#fail(400, 'wire/field-size');
    else if (this.#state === TRAILER_START) this.#startTrailer(byte);
    else if (this.#state === TRAILER_LF) this.#expect(byte, LF, TRAILER_START);
    else if (this.#state === TRAILER_FOLD) this.#stepFold(byte);
    else if (this.#state === TRAILER_VALUE && byte === CR) this.#state = TRAILER_LF;
    else if (this.#state === TRAILER_VALUE) this.#check((BYTE_CLASS[byte]! & TEXT) !== 0);
    else if (byte === COLON) this.#state = TRAILER_VALUE;
    else this.#check((BYTE_CLASS[byte]! & TOKEN) !== 0);
  }

  #startTrailer(byte: number): void {
    if (byte === CR) this.#state = END_LF;
    else if (isBlank(byte) && this.#trailers > 0) this.#beginFold();
    else if ((BYTE_CLASS[byte]! & TOKEN) === 0) this.#fail(400);
    else {
      this.#trailers += 1;
      this.#state = TRAILER_NAME;
      const { fields } = this.#limits;
      if (fields > 0 && this.#trailers > fields) this.#fail(400, 'wire/field-count');
    }
  }

  /** Apache: what is joined has to stay below the limit with a byte to spare. */
  #beginFold(): void {
    this.#lineLength += this.#fieldLength + 3;
    this.#state = TRAILER_FOLD;
  }

  /** A fold of blanks alone could be taken for the empty line that ends the trailers. */
  #stepFold(byte: number): void {
    if (isBlank(byte)) return;
    this.#check((BYTE_CLASS[byte]! & TEXT) !== 0);
    this.#state = TRAILER_VALUE;
  }

  #expect(byte: number, expected: number, next: number): void {
    this.#check(byte === expected);
    this.#state = next;
    if (next === SIZE) this.#size = 0;
    if (next === SIZE || next === TRAILER_START) {
      this.#fieldLength = this.#lineLength - 2;
      this.#lineLength = 0;
    }
  }

  #check(fine: boolean): void {
    if (!fine) this.#fail(400);
  }

  #fail(status: number, code: 'wire/chunk' | 'wire/field-size' | 'wire/field-count' = 'wire/chunk'): void {
    this.error = new MessageError(status, code);
  }
}

/** Of lines that were checked; a fold is a blank. The end of the last line alone is none. */
function readTrailers(text: string): HeaderList | undefined {
  const list = new HeaderList();
  for (const line of text.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) list.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  list.joinRepeated();
  return list.size === 0 ? undefined : list;
}

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
