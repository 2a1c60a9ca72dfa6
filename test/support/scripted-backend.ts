// A backend that plays a script on every connection: it reads requests as bytes and writes whatever the test says,
// right or wrong, at the moment the test says.
import { createServer, type Server, type Socket } from 'node:net';
import { type ByteReader, readSocket } from './byte-reader.ts';

/** One connection of the script. */
export class Talk {
  readonly socket: Socket;
  readonly #reader: ByteReader;
  readonly #seen: string[];

  constructor(socket: Socket, seen: string[]) {
    this.socket = socket;
    this.#reader = readSocket(socket);
    this.#seen = seen;
  }

  /** The head of the next request, with its empty line; '' when the connection ended before one. */
  async head(): Promise<string> {
    let text = '';
    for (;;) {
      const line = await this.#reader.readLine();
      if (line === undefined) return '';
      text += `${line}\r\n`;
      if (line === '') return text;
    }
  }

  /** The next request with its body as framed; remembered in `requests`. */
  async request(): Promise<string> {
    const head = await this.head();
    if (head === '') return '';
    const text = head + (await this.#body(head));
    this.#seen.push(text);
    return text;
  }

  async #body(head: string): Promise<string> {
    const length = /^content-length: (\d+)/im.exec(head)?.[1];
    if (length !== undefined) return this.#reader.readBytes(Number(length));
    if (!/^transfer-encoding: chunked/im.test(head)) return '';
    let body = '';
    for (;;) {
      const line = (await this.#reader.readLine()) ?? '0';
      const size = Number.parseInt(line, 16);
      body += await this.#reader.readBytes(size);
      await this.#reader.readLine();
      if (size === 0) return body;
    }
  }

  write(text: string): void {
    this.socket.write(text, 'latin1');
  }

  end(): void {
    this.socket.end();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Settles when the other side has closed. */
  async closed(): Promise<void> {
    await this.#reader.readToEnd();
  }
}

export interface ScriptedBackend {
  readonly port: number;
  /** Requests read by `Talk.request`, over all connections. */
  readonly requests: readonly string[];
  /** Connections accepted so far. */
  readonly connections: readonly Talk[];
  close(): Promise<void>;
}

/**
 * Starts a backend on a port of 127.0.0.1 or another address, a free one unless named, or on the unix socket of that path;
 * `script` is played once per connection, counted from 0.
 */
export async function startScriptedBackend(
  script: (talk: Talk, index: number) => Promise<void> | void,
  end: number | string = 0,
  host: string = '127.0.0.1',
): Promise<ScriptedBackend> {
  const requests: string[] = [];
  const connections: Talk[] = [];
  const server: Server = createServer({ noDelay: true }, (socket) => {
    const talk = new Talk(socket, requests);
    connections.push(talk);
    Promise.resolve(script(talk, connections.length - 1)).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (typeof end === 'number') server.listen(end, host, resolve);
    else server.listen({ path: end, readableAll: true, writableAll: true }, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    requests,
    connections,
    close: () =>
      new Promise((resolve) => {
        for (const { socket } of connections) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** A script that answers every request of a connection with the same bytes. */
export function answering(bytes: string): (talk: Talk) => Promise<void> {
  return async (talk) => {
    while ((await talk.request()) !== '') talk.write(bytes);
  };
}

/** Writes `piece` again and again, as fast as the other side takes it, until `size` bytes are written or it has gone. */
export async function pour(talk: Talk, piece: Buffer, size: number): Promise<void> {
  for (let sent = 0; sent < size && !talk.socket.destroyed; sent += piece.length)
    if (!talk.socket.write(piece)) await roomIn(talk.socket);
}

/** Settles when the socket takes bytes again, or is closed. */
export function roomIn(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}
