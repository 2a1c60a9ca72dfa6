// The contract of everything that reads a body. A decoder hands out ranges of the buffer it is given; it copies
// nothing and holds nothing back.

import type { HeaderList } from './header-list.ts';
import type { MessageError } from './message-error.ts';

/** Takes one piece of content: the bytes of `buf` from `from` up to `to`. */
export type TakeContent = (buf: Buffer, from: number, to: number) => void;

/** Reads one body. Once `done` or `error` is set, `decode` must not be called again. */
export interface BodyDecoder {
  readonly done: boolean;
  readonly error: MessageError | undefined;
  /** Reads `buf` from `start` and answers the index behind the last byte that belongs to this body. */
  decode(buf: Buffer, start: number, take: TakeContent): number;
  /** The peer has closed: true when the body was complete. Close-delimited bodies become so by it. */
  close(): boolean;
  /** The fields behind a body that is done, where its framing has such. */
  readonly trailers?: HeaderList | undefined;
}
