// For node:zlib: the browser's own compressors. Their output may be some bytes longer or shorter than a server's.

import { missing } from '../missing.ts';

export const constants = {
  Z_SYNC_FLUSH: 2,
  BROTLI_OPERATION_FLUSH: 1,
  BROTLI_PARAM_QUALITY: 1,
  BROTLI_PARAM_LGWIN: 2,
  BROTLI_PARAM_LGBLOCK: 3,
} as const;

type Told = Buffer | Error | undefined;

/** As much of a Node stream as a body on its way through a codec uses. */
class Codec {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #listeners: Map<string, (told: Told) => void> = new Map();
  #isGone = false;
  bytesWritten = 0;

  constructor({ readable, writable }: TransformStream<Uint8Array, Uint8Array>) {
    this.#writer = writable.getWriter();
    this.#read(readable).then(
      () => this.#tell('end', undefined),
      (error: Error) => this.#tell('error', error),
    );
  }

  async #read(readable: ReadableStream<Uint8Array>): Promise<void> {
    const reader = readable.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#tell('data', Buffer.from(value));
    }
  }

  #tell(event: string, told: Told): void {
    if (!this.#isGone) this.#listeners.get(event)?.(told);
  }

  on(event: string, listener: (told: Told) => void): this {
    this.#listeners.set(event, listener);
    return this;
  }

  write(chunk: Uint8Array, taken: () => void): boolean {
    this.bytesWritten += chunk.length;
    // What fails is told to whoever reads.
    this.#writer.write(chunk).then(taken, () => undefined);
    return true;
  }

  end(): void {
    this.#writer.close().catch(() => undefined);
  }

  destroy(): void {
    this.#isGone = true;
    this.#writer.abort().catch(() => undefined);
  }

  pause(): void {
    // Files that are typed are small.
  }

  resume(): void {
    // As above.
  }

  flush(): void {
    // A browser's compressor gives what it holds at its end.
  }
}

export function createGzip(): Codec {
  return new Codec(new CompressionStream('gzip'));
}

export function createGunzip(): Codec {
  return new Codec(new DecompressionStream('gzip'));
}

/** Some browsers can, under this name. */
export function createBrotliCompress(): Codec {
  try {
    return new Codec(new CompressionStream('brotli' as 'gzip'));
  } catch {
    missing('compress with Brotli');
  }
}
