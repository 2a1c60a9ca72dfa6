// One answer after the other into a socket: the head in one write with what is known of the body, the rest at the
// client's pace. What is sent and what it says about the connection was decided before.

import type { Socket } from 'node:net';
import type { Soon } from '../kit/wait.ts';
import type { Answer, Sent } from '../request/transport.ts';
import type { BodySource } from '../wire/body.ts';
import { BufferSource, SLICE } from '../wire/buffer-source.ts';
import { CHUNK_END, chunkHead, LAST_CHUNK } from '../wire/chunked.ts';
import type { AnswerFraming } from './answer-framing.ts';
import { AnswerWriter, joinBytes } from './answer-writer.ts';
import { hasRoom } from './socket-room.ts';

export interface Frame {
  readonly framing: AnswerFraming;
  /** Bytes of body, where the framing is `length`. */
  readonly length: number;
}

export class AnswerSender {
  readonly #socket: Socket;
  #writer: AnswerWriter | undefined = undefined;
  #flushed: ((isOpen: boolean) => void) | undefined = undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Sends a head and a body; an answer counts as sent when the socket has room for another one. */
  send(head: string, body: Answer['body'], frame: Frame): Soon<Sent> {
    this.#writer = undefined;
    if (body === undefined) return this.#sendText(head, '', '');
    if (typeof body !== 'string' && !Buffer.isBuffer(body)) return this.#sendSource(head, body, frame);
    if (body.length > SLICE) return this.#sendSource(head, new BufferSource(bytesOf(body)), frame);
    const isChunked = frame.framing === 'chunked';
    const front = isChunked && body.length > 0 ? head + chunkHead(body.length) : head;
    const after = isChunked ? (body.length > 0 ? CHUNK_END : '') + LAST_CHUNK : '';
    return typeof body === 'string'
      ? this.#sendText(front, body, after)
      : this.#sendBytes(front, body, after);
  }

  #sendText(front: string, body: string, after: string): Soon<Sent> {
    const text = front + body + after;
    const goesOn = text === '' || this.#socket.write(text, 'latin1');
    const sent = { bytes: body.length, wireBytes: text.length, complete: true };
    return this.#afterFlush(sent, hasRoom(this.#socket, goesOn));
  }

  #sendBytes(front: string, body: Buffer, after: string): Soon<Sent> {
    const bytes = joinBytes(front, body, after);
    const sent = { bytes: body.length, wireBytes: bytes.length, complete: true };
    return this.#afterFlush(sent, hasRoom(this.#socket, this.#socket.write(bytes)));
  }

  #sendSource(head: string, source: BodySource, frame: Frame): Promise<Sent> {
    return new Promise((resolve) => {
      const writer = new AnswerWriter(this.#socket, source, head, frame, (isWhole) => {
        const sent = { bytes: writer.bytes, wireBytes: writer.wireBytes, complete: isWhole };
        if (!isWhole) this.#breakOff(frame.framing);
        resolve(
          isWhole ? this.#afterFlush(sent, hasRoom(this.#socket, !this.#socket.writableNeedDrain)) : sent,
        );
      });
      this.#writer = writer;
      writer.start();
    });
  }

  /** An answer ends in the middle: the client must not take it for whole. */
  #breakOff(framing: AnswerFraming): void {
    if (this.#socket.destroyed) return;
    if (framing === 'close' || framing === 'bare') this.#socket.resetAndDestroy();
    else this.#socket.destroySoon();
  }

  #afterFlush(sent: Sent, goesOn: boolean): Soon<Sent> {
    if (goesOn) return sent;
    return new Promise((resolve) => {
      this.#flushed = (isOpen) => resolve(isOpen ? sent : { ...sent, complete: false });
    });
  }

  /** The client takes bytes again. */
  drained(): void {
    const flushed = this.#flushed;
    this.#flushed = undefined;
    flushed?.(true);
    this.#writer?.resume();
  }

  /** Breaks off an answer whose body is still coming. */
  abort(): void {
    this.#writer?.abort();
  }

  /** The socket is gone. */
  closed(): void {
    this.#writer?.abort();
    const flushed = this.#flushed;
    this.#flushed = undefined;
    flushed?.(false);
  }
}

function bytesOf(body: string | Buffer): Buffer {
  return typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
}
