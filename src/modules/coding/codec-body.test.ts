import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  brotliDecompressSync,
  createBrotliCompress,
  createGunzip,
  createGzip,
  gunzipSync,
  gzipSync,
} from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { BodySink, BodySource } from '../../wire/body.ts';
import { BROTLI_FLUSH, CodecBody, type CodecSettings, GZIP_FLUSH } from './codec-body.ts';

const PIECE: Buffer = randomBytes(64 * 1024);

/** Gives pieces as long as it may, and counts them. */
class Pieces implements BodySource {
  given = 0;
  isAborted = false;
  readonly #pieces: number;
  #sink: BodySink | undefined = undefined;
  #isPaused = false;
  #isPushing = false;

  constructor(pieces: number) {
    this.#pieces = pieces;
  }

  start(sink: BodySink): void {
    this.#sink = sink;
    this.#push();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#push();
  }

  abort(): void {
    this.isAborted = true;
    this.#sink = undefined;
  }

  fail(error: Error): void {
    this.#sink?.fail(error);
  }

  #push(): void {
    if (this.#isPushing) return;
    this.#isPushing = true;
    while (!this.#isPaused && this.#sink !== undefined && this.given < this.#pieces) {
      this.given++;
      if (!this.#sink.data(PIECE)) this.#isPaused = true;
    }
    this.#isPushing = false;
    if (this.given < this.#pieces || this.#isPaused) return;
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.end();
  }
}

interface Taken {
  readonly chunks: Buffer[];
  readonly ended: Promise<string>;
}

/** Takes a body; `goesOn` says whether it wants more. */
function take(body: BodySource, goesOn: () => boolean = () => true): Taken {
  const chunks: Buffer[] = [];
  const ended = new Promise<string>((resolve) => {
    body.start({
      data(chunk) {
        chunks.push(chunk);
        return goesOn();
      },
      end: () => resolve('end'),
      fail: (error) => resolve(error.message),
    });
  });
  return { chunks, ended };
}

function gzip(more: Partial<CodecSettings> = {}): CodecSettings {
  return { open: () => createGzip(), flush: GZIP_FLUSH, failed: (error) => error, ...more };
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('a body through a compressor', () => {
  it('is the same when it is undone, and says how much went through', async () => {
    const passed: unknown[] = [];
    let isClosed = false;
    const settings = gzip({
      done: (sizes) => passed.push(sizes),
      closed: () => {
        isClosed = true;
      },
    });
    const { chunks, ended } = take(new CodecBody(new Pieces(20), settings));
    expect(await ended).toBe('end');
    const all = Buffer.concat(chunks);
    const whole = Buffer.concat(Array.from({ length: 20 }, () => PIECE));
    expect(digest(gunzipSync(all))).toBe(digest(whole));
    expect(passed).toEqual([{ input: whole.length, output: all.length }]);
    expect(isClosed).toBe(true);
  });

  it('works with brotli, too, and with nothing at all', async () => {
    const settings = gzip({ open: () => createBrotliCompress(), flush: BROTLI_FLUSH });
    const { chunks, ended } = take(new CodecBody(new Pieces(0), settings));
    expect(await ended).toBe('end');
    expect(brotliDecompressSync(Buffer.concat(chunks))).toHaveLength(0);
  });

  it('waits for its taker with a piece or two in its hands', async () => {
    const source = new Pieces(200);
    let isOpen = false;
    const body = new CodecBody(source, gzip());
    const { chunks, ended } = take(body, () => isOpen);
    await sleep(300);
    expect(chunks).toHaveLength(1);
    expect(source.given).toBeLessThan(6);
    isOpen = true;
    body.resume();
    expect(await ended).toBe('end');
    expect(gunzipSync(Buffer.concat(chunks))).toHaveLength(200 * PIECE.length);
  });

  it('ends with its source and its codec where nobody wants it', async () => {
    const source = new Pieces(200);
    let closed = 0;
    const body = new CodecBody(source, gzip({ closed: () => closed++ }));
    const { chunks } = take(body, () => false);
    await sleep(100);
    body.abort();
    body.abort();
    expect(source.isAborted).toBe(true);
    expect(closed).toBe(1);
    const before = chunks.length;
    await sleep(100);
    expect(chunks).toHaveLength(before);
  });

  it('breaks off with its source', async () => {
    const source = new Pieces(Number.POSITIVE_INFINITY);
    const body = new CodecBody(source, gzip());
    const { ended } = take(body, () => false);
    source.fail(new Error('gone'));
    expect(await ended).toBe('gone');
  });

  it('gives what came so far when nothing more comes for a moment', async () => {
    let sink: BodySink | undefined;
    const source: BodySource = {
      start(taker) {
        sink = taker;
      },
      pause: () => undefined,
      resume: () => undefined,
      abort: () => undefined,
    };
    const { chunks, ended } = take(new CodecBody(source, gzip()));
    sink!.data(Buffer.from('event one\n'));
    await sleep(200);
    const first = Buffer.concat(chunks);
    const unpacked: Buffer[] = [];
    const gunzip = createGunzip().on('data', (chunk: Buffer) => unpacked.push(chunk));
    gunzip.write(first);
    await sleep(50);
    expect(Buffer.concat(unpacked).toString()).toBe('event one\n');
    gunzip.destroy();
    sink!.data(Buffer.from('event two\n'));
    sink!.end();
    expect(await ended).toBe('end');
    expect(gunzipSync(Buffer.concat(chunks)).toString()).toBe('event one\nevent two\n');
  });
});

describe('a body through the opposite of a compressor', () => {
  function given(bytes: Buffer): BodySource {
    return {
      start(sink) {
        sink.data(bytes);
        sink.end();
      },
      pause: () => undefined,
      resume: () => undefined,
      abort: () => undefined,
    };
  }

  it('breaks off with the error that is made of what the codec says', async () => {
    const settings = gzip({ open: () => createGunzip(), failed: () => new Error('no gzip') });
    const { ended } = take(new CodecBody(given(Buffer.from('this is no gzip')), settings));
    expect(await ended).toBe('no gzip');
  });

  it('breaks off where its end is missing', async () => {
    const settings = gzip({ open: () => createGunzip(), failed: () => new Error('cut') });
    const { ended } = take(new CodecBody(given(gzipSync('hello').subarray(0, -3)), settings));
    expect(await ended).toBe('cut');
  });

  it('ends where the codec ends, unless what comes behind that is an error', async () => {
    const bytes = Buffer.concat([gzipSync('hello'), Buffer.alloc(10)]);
    const open = () => createGunzip();
    const quiet = take(new CodecBody(given(bytes), gzip({ open })));
    expect(await quiet.ended).toBe('end');
    expect(Buffer.concat(quiet.chunks).toString()).toBe('hello');
    const strict = take(new CodecBody(given(bytes), gzip({ open, trailing: () => new Error('more') })));
    expect(await strict.ended).toBe('more');
  });

  it('is looked at as it grows, and ends where it grows too much', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 2 ** 20));
    let output = 0;
    const settings = gzip({
      open: () => createGunzip(),
      check(passed) {
        output = passed.output;
        return passed.output > 100_000 ? new Error('too much') : undefined;
      },
    });
    const { ended } = take(new CodecBody(given(bomb), settings));
    expect(await ended).toBe('too much');
    expect(output).toBeLessThan(200_000);
  });
});
