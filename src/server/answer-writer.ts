// A body that comes in pieces, on its way into the socket: framed, counted, held back while the client is slow.
// The head waits a moment for the first piece, so that both leave in one write.

import type { Socket } from 'node:net';
import type { BodySink, BodySource } from '../wire/body.ts';
import { CHUNK_END, chunkHead, LAST_CHUNK } from '../wire/chunked.ts';
import type { AnswerFraming } from './answer-framing.ts';
import { hasRoom } from './socket-room.ts';

/** Pieces up to this size are copied behind their framing; larger ones are handed to the kernel as they are. */
const COPY_LIMIT = 16 * 1024;

/** Told once, when the body is over: whole or broken off. */
export type BodyWritten = (isWhole: boolean) => void;

export class AnswerWriter implements BodySink {
  readonly #socket: Socket;
  readonly #source: BodySource;
  readonly #framing: AnswerFraming;
  readonly #done: BodyWritten;
  /** Bytes of a known length that are still to come. */
  #left: number;
  #head: string;
  #isOver = false;
  /** Body bytes written. */
  bytes = 0;
  wireBytes = 0;

  constructor(
    socket: Socket,
    source: BodySource,
    head: string,
    frame: { framing: AnswerFraming; length: number },
    done: BodyWritten,
  ) {
    this.#socket = socket;
    this.#source = source;
    this.#head = head;
    this.#framing = frame.framing;
    this.#left = frame.framing === 'length' ? frame.length : Number.POSITIVE_INFINITY;
    this.#done = done;
  }

  start(): void {
    this.#socket.cork();
    this.#source.start(this);
    this.#socket.uncork();
    if (this.#head !== '' && !this.#isOver) setImmediate(() => this.#flushHead());
  }

  /** The client takes bytes again. */
  resume(): void {
    if (!this.#isOver) this.#source.resume();
  }

  /** The client has gone. */
  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#source.abort();
    this.#done(false);
  }

  data(chunk: Buffer): boolean {
    if (this.#isOver) return false;
    if (chunk.length === 0) return true;
    if (chunk.length > this.#left) return this.#cutOff(chunk);
    this.#left -= chunk.length;
    this.bytes += chunk.length;
    if (this.#framing === 'chunked') return this.#write(chunkHead(chunk.length), chunk, CHUNK_END);
    return this.#write('', chunk, '');
  }

  /** More than was announced: the announced part goes out and nothing else. */
  #cutOff(chunk: Buffer): boolean {
    const last = chunk.subarray(0, this.#left);
    this.#left = 0;
    this.bytes += last.length;
    this.#write('', last, '');
    this.#isOver = true;
    this.#source.abort();
    this.#done(false);
    return false;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#framing === 'chunked') this.#writeText(LAST_CHUNK);
    else this.#flushHead();
    this.#done(this.#framing !== 'length' || this.#left === 0);
  }

  fail(_error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#flushHead();
    this.#done(false);
  }

  #flushHead(): void {
    if (this.#head !== '' && !this.#socket.destroyed) this.#writeText('');
  }

  #writeText(text: string): void {
    const all = this.#head + text;
    this.#head = '';
    this.wireBytes += all.length;
    if (all !== '') this.#socket.write(all, 'latin1');
  }

  #write(before: string, chunk: Buffer, after: string): boolean {
    const front = this.#head + before;
    this.#head = '';
    this.wireBytes += front.length + chunk.length + after.length;
    return hasRoom(this.#socket, this.#writeParts(front, chunk, after));
  }

  #writeParts(front: string, chunk: Buffer, after: string): boolean {
    if (front === '' && after === '') return this.#socket.write(chunk);
    if (chunk.length <= COPY_LIMIT) return this.#socket.write(joinBytes(front, chunk, after));
    this.#socket.cork();
    this.#socket.write(front, 'latin1');
    const goesOn = this.#socket.write(chunk);
    const isEnough = after === '' ? goesOn : this.#socket.write(after, 'latin1');
    this.#socket.uncork();
    return isEnough;
  }
}

/** Text, bytes and text in one buffer. */
export function joinBytes(front: string, chunk: Buffer, after: string): Buffer {
  const all = Buffer.allocUnsafe(front.length + chunk.length + after.length);
  all.write(front, 0, 'latin1');
  chunk.copy(all, front.length);
  if (after !== '') all.write(after, front.length + chunk.length, 'latin1');
  return all;
}
