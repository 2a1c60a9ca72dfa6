// The backend of a lane: answers one request on each connection, and keeps what it heard until it is asked for that. What
// was told is forgotten, so that it can serve a million questions.

import { createServer, type Server, type Socket } from 'node:net';
import { Talk } from '../support/scripted-backend.ts';
import { BACKEND_FIELD } from './client-view.ts';

const OK_ANSWER = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n${BACKEND_FIELD}: yes\r\nContent-Length: 3\r\n\r\nok\n`;

/** What reached the backend. */
export interface Heard {
  /** Whole requests, their chunks undone. */
  readonly received: readonly string[];
  /** The bytes of each connection. */
  readonly wire: readonly Buffer[];
}

export class RecordingBackend {
  /** What it says next time; undefined for a plain 200. */
  answer: Buffer | undefined = undefined;
  readonly #server: Server;
  readonly #sockets: Set<Socket> = new Set();
  #requests: string[] = [];
  #chunks: Buffer[][] = [];
  /** Settle when the connections of `#chunks` are closed. */
  #ended: Promise<void>[] = [];

  private constructor() {
    this.#server = createServer({ noDelay: true }, (socket) => void this.#talk(socket));
  }

  static start(): Promise<RecordingBackend> {
    const backend = new RecordingBackend();
    return new Promise((resolve) => backend.#server.listen(0, '127.0.0.1', () => resolve(backend)));
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async #talk(socket: Socket): Promise<void> {
    const chunks: Buffer[] = [];
    this.#chunks.push(chunks);
    this.#sockets.add(socket);
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    this.#ended.push(ended.then(() => void this.#sockets.delete(socket)));
    socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
    socket.on('error', () => undefined);
    if ((await new Talk(socket, this.#requests).request()) !== '') socket.end(this.answer ?? OK_ANSWER);
  }

  /** What it heard since it was asked last, once all those connections are closed. */
  async take(): Promise<Heard> {
    await Promise.all(this.#ended.splice(0));
    const received = this.#requests.splice(0).filter(isWhole);
    return { received, wire: this.#chunks.splice(0).map((chunks) => Buffer.concat(chunks)) };
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

/** False for a request whose body broke off. */
function isWhole(request: string): boolean {
  const length = /^content-length: (\d+)\r$/im.exec(request)?.[1];
  return length === undefined || request.length - request.indexOf('\r\n\r\n') - 4 === Number(length);
}
