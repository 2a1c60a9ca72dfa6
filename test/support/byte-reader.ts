// Reads a socket piece by piece: lines, counted bytes, everything up to the end. Text is latin1, one
// character per byte. The end of the stream and a broken connection look the same: no more bytes.
import type { Socket } from 'node:net';

export interface ByteReader {
  /** One line without its line end, or undefined where the stream ended before one. */
  readLine(): Promise<string | undefined>;
  /** Exactly `count` bytes, or what there was before the stream ended. */
  readBytes(count: number): Promise<string>;
  readToEnd(): Promise<string>;
  /** True as soon as a byte is waiting, false once the stream has ended without one. */
  hasMore(): Promise<boolean>;
  /** The bytes that have arrived and that nobody has read yet; they stay unread. */
  waiting(): string;
  /** Takes the bytes that have arrived, possibly none; undefined after the end. */
  takeWaiting(): Promise<string | undefined>;
  isEnded(): boolean;
}

/** Attaches a reader to a socket. It must be the socket's only reader. */
export function readSocket(socket: Socket): ByteReader {
  let buffer = '';
  let ended = false;
  let wake: () => void = () => {};
  const finish = (): void => {
    ended = true;
    wake();
  };
  socket.on('data', (chunk: Buffer) => {
    buffer += chunk.toString('latin1');
    wake();
  });
  socket.on('end', finish);
  socket.on('close', finish);
  socket.on('error', finish);

  const more = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const take = (count: number): string => {
    const taken = buffer.slice(0, count);
    buffer = buffer.slice(count);
    return taken;
  };

  return {
    async readLine() {
      for (;;) {
        const end = buffer.indexOf('\n');
        if (end >= 0) return take(end + 1).replace(/\r?\n$/, '');
        if (ended) return undefined;
        await more();
      }
    },
    async readBytes(count) {
      while (buffer.length < count && !ended) await more();
      return take(count);
    },
    async readToEnd() {
      while (!ended) await more();
      return take(buffer.length);
    },
    async hasMore() {
      while (buffer === '' && !ended) await more();
      return buffer !== '';
    },
    waiting: () => buffer,
    async takeWaiting() {
      while (buffer === '' && !ended) await more();
      return buffer === '' ? undefined : take(buffer.length);
    },
    isEnded: () => ended,
  };
}
