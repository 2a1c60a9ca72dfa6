// Apache's byterange filter: a 200 of known length becomes a 206 when the client asked for parts of it,
// whatever handler made it (RFC 9110 section 14).

import { abortContent, type BodyContent, type BodySink, type BodySource } from '../wire/body.ts';
import { parseHttpDate } from '../wire/http-date.ts';
import {
  type ByteRange,
  contentRange,
  matchesIfRange,
  multipartLength,
  parseRanges,
  partHead,
  partsEnd,
  RANGE_LIMITS,
} from '../wire/ranges.ts';
import { coreDir } from './core-config.ts';
import type { Exchange, ResponseBody, SliceableBody } from './exchange.ts';
import { OK, type Verdict } from './verdict.ts';

/** Cuts the body to the wanted ranges. OK, or 416 when nothing of what was asked for exists. */
export function cutRanges(x: Exchange): Verdict {
  if (x.status !== 200) return OK;
  const wanted = x.headers.get('range');
  if (wanted === undefined || x.isSubrequest()) return OK;
  const length = bodyLength(x);
  if (length === undefined || !mayCut(x)) return OK;
  const { rangeLimits } = coreDir(x.dirConfig);
  const ranges = parseRanges(wanted, length, rangeLimits && { ...RANGE_LIMITS, ...rangeLimits });
  if (ranges === 'unsatisfiable') return 416;
  if (ranges !== 'whole') cut(x, ranges, length);
  return OK;
}

function bodyLength(x: Exchange): number | undefined {
  if (x.contentLength !== undefined) return x.contentLength;
  const body = x.responseBody;
  return typeof body === 'string' || Buffer.isBuffer(body) ? body.length : undefined;
}

function mayCut(x: Exchange): boolean {
  const out = x.headersOut;
  if (out.has('content-range') || out.get('accept-ranges')?.toLowerCase() === 'none') return false;
  const modified = out.get('last-modified');
  const time = modified === undefined ? undefined : parseHttpDate(modified);
  return matchesIfRange(x.headers.get('if-range'), out.get('etag'), time);
}

function cut(x: Exchange, ranges: readonly ByteRange[], length: number): void {
  const only = ranges.length === 1 ? ranges[0] : undefined;
  if (only !== undefined) cutOne(x, only, length);
  else {
    const body = sliceable(x.responseBody);
    // A stream is not held back to be given in several parts; the whole is a right answer too.
    if (body !== undefined) cutSeveral(x, body, ranges, length);
  }
}

function cutOne(x: Exchange, range: ByteRange, length: number): void {
  const size = range.last - range.first + 1;
  const body = sliceable(x.responseBody);
  x.status = 206;
  x.reason = undefined;
  x.headersOut.set('Content-Range', contentRange(range, length));
  setLength(x, size);
  if (body !== undefined) x.responseBody = body.slice(range.first, size);
  else if (x.responseBody !== undefined) {
    x.responseBody = new StreamSlice(x.responseBody as BodySource, range.first, size);
  }
}

function setLength(x: Exchange, length: number): void {
  x.contentLength = length;
  x.headersOut.delete('content-length');
}

/** 16 hex digits, as Apache's boundary: unguessable, so that no body can contain it on purpose. */
function makeBoundary(): string {
  let digits = '';
  while (digits.length < 16) digits += Math.floor(Math.random() * 0x100000000).toString(16);
  return digits.slice(0, 16);
}

function cutSeveral(x: Exchange, body: SliceableBody, ranges: readonly ByteRange[], length: number): void {
  const boundary = makeBoundary();
  const type = x.contentType ?? x.headersOut.get('content-type');
  const parts: BodyContent[] = [];
  for (const range of ranges) {
    parts.push(
      partHead(boundary, type, range, length),
      body.slice(range.first, range.last - range.first + 1),
    );
  }
  parts.push(partsEnd(boundary));
  x.status = 206;
  x.reason = undefined;
  x.contentType = `multipart/byteranges; boundary=${boundary}`;
  x.headersOut.delete('content-type');
  setLength(x, multipartLength(boundary, type, ranges, length));
  x.responseBody = new PartsSource(parts);
}

/** A body that can be given in parts, as such; undefined for a stream. */
function sliceable(body: ResponseBody): SliceableBody | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return bytesBody(Buffer.from(body, 'latin1'));
  if (Buffer.isBuffer(body)) return bytesBody(body);
  return 'slice' in body ? body : undefined;
}

function bytesBody(bytes: Buffer): SliceableBody {
  return {
    length: bytes.length,
    slice: (start, length) => bytes.subarray(start, start + length),
  };
}

/** Several pieces one after the other. */
class PartsSource implements BodySource {
  readonly #parts: BodyContent[];
  #current: BodySource | undefined = undefined;
  #sink: BodySink | undefined = undefined;
  #paused = false;
  #running = false;

  constructor(parts: BodyContent[]) {
    this.#parts = parts;
  }

  start(sink: BodySink): void {
    this.#sink = sink;
    this.#run();
  }

  /** Gives piece after piece in a loop, not by recursion: a request may ask for hundreds. */
  #run(): void {
    if (this.#running) return;
    this.#running = true;
    while (this.#sink !== undefined && this.#current === undefined && !this.#paused) this.#give();
    this.#running = false;
  }

  #give(): void {
    const part = this.#parts.shift();
    const sink = this.#sink!;
    if (part === undefined) {
      this.#sink = undefined;
      sink.end();
    } else if (typeof part === 'string' || Buffer.isBuffer(part)) {
      const bytes = typeof part === 'string' ? Buffer.from(part, 'latin1') : part;
      if (bytes.length > 0 && !sink.data(bytes)) this.#paused = true;
    } else {
      this.#current = part;
      part.start({
        data: (chunk) => sink.data(chunk),
        end: () => {
          this.#current = undefined;
          this.#run();
        },
        fail: (error) => sink.fail(error),
      });
    }
  }

  pause(): void {
    this.#paused = true;
    this.#current?.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#current !== undefined) this.#current.resume();
    else this.#run();
  }

  abort(): void {
    this.#sink = undefined;
    this.#current?.abort();
    for (const part of this.#parts) abortContent(part);
    this.#parts.length = 0;
  }
}

/** `length` bytes of a stream after its first `skip`; the rest is not waited for. */
class StreamSlice implements BodySource {
  readonly #source: BodySource;
  #skip: number;
  #left: number;

  constructor(source: BodySource, skip: number, length: number) {
    this.#source = source;
    this.#skip = skip;
    this.#left = length;
  }

  start(sink: BodySink): void {
    this.#source.start({
      data: (chunk) => this.#take(chunk, sink),
      end: () =>
        this.#left > 0 ? sink.fail(new Error('the body is shorter than its announced length')) : undefined,
      fail: (error) => sink.fail(error),
    });
  }

  #take(chunk: Buffer, sink: BodySink): boolean {
    const from = Math.min(this.#skip, chunk.length);
    this.#skip -= from;
    const part = chunk.subarray(from, from + this.#left);
    if (part.length === 0) return true;
    this.#left -= part.length;
    const go = sink.data(part);
    if (this.#left === 0) {
      this.#source.abort();
      sink.end();
    }
    return go;
  }

  pause(): void {
    this.#source.pause();
  }

  resume(): void {
    this.#source.resume();
  }

  abort(): void {
    this.#source.abort();
  }
}
