// A way through a remote proxy for what is no HTTP to it: the proxy is asked with CONNECT, and behind its 200 bytes pass
// as they are. What is written before that waits.

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** The head of a proxy's answer is no longer than this. */
const LONGEST_HEAD = 8192;

/** What a proxy is asked for. */
export interface ConnectRequest {
  readonly host: string;
  readonly port: number;
  /** Value of the Proxy-Authorization field. */
  readonly credentials: string | undefined;
}

/** The proxy has answered, and opens no way. */
export class ConnectRefusal extends Error {
  /** What stands in the place of its status. */
  readonly answered: string;

  constructor(answered: string) {
    super(`the proxy answered ${answered}`);
    this.answered = answered;
  }
}

/** Emits `connect` when the proxy has agreed. */
export class ConnectStream extends Duplex {
  readonly #socket: Socket;
  #head = '';
  #isOpen = false;
  #waiting: (() => void) | undefined = undefined;

  /** `socket`: on its way to the proxy. */
  constructor(socket: Socket, request: ConnectRequest) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    socket.once('connect', () => socket.write(requestText(request), 'latin1'));
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('end', () => this.#onEnd());
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  #take(bytes: Buffer): void {
    if (!this.#isOpen) this.#takeHead(bytes);
    else if (!this.push(bytes)) this.#socket.pause();
  }

  #takeHead(bytes: Buffer): void {
    this.#head += bytes.toString('latin1');
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) {
      if (this.#head.length > LONGEST_HEAD) this.destroy(new ConnectRefusal('no end of a head'));
      return;
    }
    const status = /^HTTP\/[0-9]+\.[0-9]+ ([0-9]{3})(?![0-9])/.exec(this.#head)?.[1];
    if (status !== '200') {
      this.destroy(new ConnectRefusal(status ?? 'something else than HTTP'));
      return;
    }
    const rest = this.#head.slice(end + 4);
    this.#head = '';
    this.#isOpen = true;
    this.emit('connect');
    if (rest !== '') this.push(Buffer.from(rest, 'latin1'));
    this.#waiting?.();
  }

  #onEnd(): void {
    if (this.#isOpen) this.push(null);
    else this.destroy(new ConnectRefusal('nothing'));
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#isOpen) this.#socket.write(bytes, done);
    else this.#waiting = () => this.#socket.write(bytes, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}

function requestText({ host, port, credentials }: ConnectRequest): string {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const password = credentials === undefined ? '' : `Proxy-Authorization: ${credentials}\r\n`;
  return `CONNECT ${authority} HTTP/1.0\r\nHost: ${authority}\r\n${password}\r\n`;
}
