// One client connection: writes a request, reads the answer, compares it with what is due.

import { connect } from 'node:net';

// A socket hands its bytes on before the next one reads: one buffer does for all.
const INPUT = Buffer.allocUnsafe(256 * 1024);
const HEAD_END = Buffer.from('\r\n\r\n');
const NO_HEAD = Buffer.alloc(0);

/** Where a body ends: after `left` bytes, or, with `left` undefined, after its last chunk. */
function framingOf(status, head) {
  if (status === 304 || status === 204) return { left: 0 };
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head);
  if (length !== null) return { left: Number(length[1]) };
  return /\r\ntransfer-encoding: *chunked\r\n/i.exec(head) === null ? undefined : { left: undefined };
}

/** The content of a chunked body, undefined while it is not whole. */
function unchunk(bytes) {
  const parts = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const size = Number.parseInt(bytes.latin1Slice(at, end), 16);
    if (bytes.length < end + 2 + size + 2) return undefined;
    if (size === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

export class Asker {
  /**
   * `answer`: `status`, `head` (text in it) and `body` (all of it) are compared where they are given; with `collect`
   * the answer is handed to `onAnswer` instead. A difference goes to `onError`. A server may end a connection between
   * two answers: with `reopens` the next one takes its place, without it that is an error too.
   */
  constructor({ port, request, answer, onAnswer, onError, reopens = false }) {
    this.port = port;
    this.request = request;
    this.answer = answer;
    this.due = answer.body === undefined ? undefined : Buffer.from(answer.body, 'latin1');
    this.onAnswer = onAnswer;
    this.onError = onError;
    this.reopens = reopens;
    this.reopened = 0;
    this.isClosing = false;
    this.lastHead = NO_HEAD;
    this.open();
  }

  open() {
    this.isOpen = false;
    this.isAsking = false;
    this.held = NO_HEAD;
    this.framing = undefined;
    this.socket = connect({
      port: this.port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: INPUT, callback: (size) => this.take(size) },
    });
    this.opened = new Promise((resolve) => {
      this.socket.on('connect', () => {
        this.isOpen = true;
        resolve();
      });
    });
    let cause = new Error('the server closed the connection');
    this.socket.on('error', (error) => {
      cause = error;
    });
    this.socket.on('close', () => this.lose(cause));
  }

  lose(cause) {
    const { isAsking, isOpen } = this;
    this.isOpen = false;
    if (this.isClosing) return;
    const isBetweenAnswers = isOpen && this.framing === undefined && this.held.length === 0;
    if (!this.reopens || !isBetweenAnswers) {
      this.fail(cause);
      return;
    }
    this.reopened++;
    this.open();
    if (isAsking) this.opened.then(() => this.ask());
  }

  ask() {
    this.isAsking = true;
    this.socket.write(this.request);
  }

  /** Asks one time; settles with the answer. */
  async once() {
    await this.opened;
    return new Promise((resolve) => {
      this.onAnswer = resolve;
      this.ask();
    });
  }

  close() {
    this.isClosing = true;
    this.socket.destroy();
  }

  fail(error) {
    if (this.isClosing) return;
    this.close();
    this.onError(error);
  }

  take(size) {
    let at = 0;
    while (at < size && !this.isClosing) {
      at = this.framing === undefined ? this.takeHead(at, size) : this.takeBody(at, size);
    }
    return true;
  }

  takeHead(at, size) {
    const { lastHead } = this;
    const length = lastHead.length;
    const isKnown =
      length > 0 &&
      this.held.length === 0 &&
      size - at >= length &&
      INPUT.compare(lastHead, 0, length, at, at + length) === 0;
    if (isKnown) return this.beginBody(at + length);
    const before = this.held.length;
    this.held = Buffer.concat([this.held, INPUT.subarray(at, size)]);
    const end = this.held.indexOf(HEAD_END);
    if (end < 0) return size;
    this.readHead(this.held.subarray(0, end + 4));
    this.held = NO_HEAD;
    return this.isClosing ? size : this.beginBody(at + end + 4 - before);
  }

  readHead(bytes) {
    const head = bytes.latin1Slice();
    this.lastHead = bytes;
    this.head = head;
    this.status = Number(head.slice(9, 12));
    this.nextFraming = framingOf(this.status, head);
    this.isLast = /\r\nconnection: *close\r\n/i.test(head);
    const { answer } = this;
    const isRight =
      this.nextFraming !== undefined &&
      (answer.status === undefined || answer.status === this.status) &&
      (answer.head === undefined || head.includes(answer.head));
    if (!isRight) this.fail(new Error(`unexpected answer: ${head.slice(0, 300)}`));
  }

  beginBody(at) {
    this.framing = this.nextFraming;
    this.left = this.framing.left;
    this.taken = 0;
    if (this.left === 0) this.finish(NO_HEAD);
    return at;
  }

  takeBody(at, size) {
    if (this.left === undefined || this.answer.collect) return this.collectBody(at, size);
    const end = Math.min(size, at + this.left);
    const { due, taken } = this;
    const isRight =
      due === undefined ||
      (taken + end - at <= due.length && INPUT.compare(due, taken, taken + end - at, at, end) === 0);
    this.taken = taken + end - at;
    this.left -= end - at;
    if (!isRight) this.fail(new Error(`unexpected body after ${this.head.slice(0, 300)}`));
    else if (this.left === 0) this.finish();
    return end;
  }

  collectBody(at, size) {
    this.held = Buffer.concat([this.held, INPUT.subarray(at, size)]);
    const isWhole = this.left !== undefined && this.held.length >= this.left;
    const body = this.left === undefined ? unchunk(this.held) : isWhole ? this.held : undefined;
    if (body === undefined) return size;
    this.held = NO_HEAD;
    this.taken = body.length;
    if (this.due !== undefined && this.due.compare(body) !== 0) {
      this.fail(new Error(`unexpected body after ${this.head.slice(0, 300)}`));
    } else this.finish(body);
    return size;
  }

  finish(body) {
    this.framing = undefined;
    if (this.due !== undefined && this.taken !== this.due.length) {
      this.fail(new Error(`a body of ${this.taken} bytes instead of ${this.due.length}`));
      return;
    }
    this.isAsking = false;
    if (this.isLast && this.reopens) this.reopen();
    else this.onAnswer(this.answer.collect ? { status: this.status, head: this.head, body } : undefined);
  }

  /** The server has said that it will close: the next request goes out on a connection of its own. */
  reopen() {
    this.socket.removeAllListeners('close');
    this.socket.destroy();
    this.reopened++;
    this.open();
    this.opened.then(() => this.onAnswer(undefined));
  }
}
