// The first oracle: llhttp as node:http runs it, strict (`insecureHTTPParser: false`). Connections are handed to a
// server and a client of node:http in memory, which costs little; the parser cannot tell them from sockets.

import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { End, Message, Verdict } from './verdict.ts';

/** Who answers: version of the parser, and of the Node.js around it. */
export const LLHTTP_VERSION: string = versionText(process.versions);

function versionText({ llhttp, node }: NodeJS.ProcessVersions): string {
  return `llhttp/${llhttp} of Node.js ${node}`;
}

/** Room for whatever the corpus holds: sizes are Node's to limit, and are not asked about. */
const LARGEST_HEAD = 1 << 24;

/** What node:http told about one connection. */
class Seen {
  readonly messages: { start: string; body: string; isWhole: () => boolean }[] = [];
  written = '';
  error: string | undefined = undefined;
  isTunnel = false;

  /** Keeps a message and its content, which comes while the parser goes on. */
  receive(start: string, incoming: IncomingMessage): void {
    const message = { start, body: '', isWhole: () => incoming.complete };
    this.messages.push(message);
    incoming.on('data', (chunk: Buffer) => {
      message.body += chunk.toString('latin1');
    });
    incoming.on('error', () => undefined);
  }

  /** A message that ends with its head. */
  receiveHead(start: string | undefined): void {
    this.messages.push({ start: start ?? '', body: '', isWhole: () => true });
  }

  whole(): Message[] {
    const first = this.messages.findIndex((message) => !message.isWhole());
    const whole = first < 0 ? this.messages : this.messages.slice(0, first);
    return whole.map(({ start, body }) => ({ start, body }));
  }
}

/** One end of a connection that is not there: what is pushed is read, what is written is kept. */
class Line extends Duplex {
  readonly seen = new Seen();

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.seen.written += chunk.toString('latin1');
    done();
  }

  // What node:http does to a socket.
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  ref(): this {
    return this;
  }
}

/** Asks llhttp. */
export class Llhttp {
  readonly #server: Server;
  /** What is known of connections by real sockets. */
  readonly #bySocket = new WeakMap<object, Seen>();

  constructor() {
    const server = createServer({ insecureHTTPParser: false, maxHeaderSize: LARGEST_HEAD });
    server.maxHeadersCount = 0;
    server.timeout = server.headersTimeout = server.requestTimeout = server.keepAliveTimeout = 0;
    const take = (incoming: IncomingMessage, response: ServerResponse): void => {
      this.#seenOf(incoming.socket).receive(incoming.method ?? '', incoming);
      incoming.on('end', () => response.end());
    };
    server.on('request', take);
    server.on('checkContinue', (incoming, response) => {
      response.writeContinue();
      take(incoming, response);
    });
    server.on('checkExpectation', take);
    server.on('connect', (incoming, socket) => {
      const seen = this.#seenOf(socket);
      seen.receiveHead(incoming.method);
      seen.isTunnel = true;
      setImmediate(() => socket.destroy());
    });
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      this.#seenOf(socket).error ??= error.code ?? error.message;
      // What was read before the error is still on its way to its reader.
      setImmediate(() => socket.destroy());
    });
    this.#server = server;
  }

  #seenOf(socket: object): Seen {
    if (socket instanceof Line) return socket.seen;
    const known = this.#bySocket.get(socket) ?? new Seen();
    this.#bySocket.set(socket, known);
    return known;
  }

  /** What it reads from a client that sends these bytes and ends. */
  requests(bytes: Buffer): Promise<Verdict> {
    const line = new Line();
    line.on('error', () => undefined);
    return new Promise((resolve) => {
      line.on('close', () => resolve(requestVerdict(line.seen)));
      this.#server.emit('connection', line);
      line.push(bytes);
      // The end comes after the answers, so that these say whether the connection goes on.
      setImmediate(() => line.push(null));
    });
  }

  /** The same over a real socket: listens while `work` asks. */
  async overSockets(work: (ask: (bytes: Buffer) => Promise<Verdict>) => Promise<void>): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    const accepted: Socket[] = [];
    const accept = (socket: Socket): void => void accepted.push(socket);
    this.#server.on('connection', accept);
    try {
      await work(async (bytes) => {
        const written = await exchange(port, bytes);
        const seen = this.#seenOf(accepted.at(-1)!);
        seen.written = written;
        return requestVerdict(seen);
      });
    } finally {
      this.#server.off('connection', accept);
      this.#server.closeAllConnections();
      await new Promise((resolve) => this.#server.close(resolve));
    }
  }

  /** What it reads from a server that answers a request of that method with these bytes and ends. */
  responses(bytes: Buffer, method: string): Promise<Verdict> {
    const line = new Line();
    const { seen } = line;
    line.on('error', () => undefined);
    return new Promise((resolve) => {
      const outgoing = request({
        method,
        path: method === 'CONNECT' ? 'a:80' : '/',
        host: 'a',
        insecureHTTPParser: false,
        maxHeaderSize: LARGEST_HEAD,
        createConnection: () => line,
      });
      const done = (): void => {
        line.destroy();
        setImmediate(() => resolve(responseVerdict(seen)));
      };
      outgoing.on('information', ({ statusCode }) => seen.receiveHead(String(statusCode)));
      outgoing.on('response', (incoming) => {
        seen.receive(String(incoming.statusCode), incoming);
        incoming.on('close', done);
      });
      const switched = (incoming: IncomingMessage): void => {
        seen.receiveHead(String(incoming.statusCode));
        done();
      };
      outgoing.on('connect', switched);
      outgoing.on('upgrade', switched);
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        seen.error ??= error.code ?? error.message;
        done();
      });
      outgoing.end();
      setImmediate(() => {
        line.push(bytes);
        line.push(null);
      });
    });
  }
}

/** Sends bytes, and ends once there was time to answer them; settles with what came back. */
function exchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    let text = '';
    let end: NodeJS.Timeout | undefined;
    const later = (): void => {
      clearTimeout(end);
      end = setTimeout(() => socket.end(), 50);
    };
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      later();
    });
    socket.on('end', () => socket.end());
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(end);
      resolve(text);
    });
    socket.write(bytes, later);
  });
}

/** The last answer says whether the connection goes on. */
function requestVerdict(seen: Seen): Verdict {
  const messages = seen.whole();
  const { error } = seen;
  if (seen.isTunnel || error === 'HPE_CLOSED_CONNECTION') return { messages, end: 'closed', detail: '' };
  if (error === 'HPE_INVALID_EOF_STATE') return { messages, end: 'more', detail: '' };
  if (error !== undefined) return { messages, end: 'refused', detail: error };
  // Node refuses by itself what llhttp lets through: no Host.
  if (/^HTTP\/1\.1 400 /m.test(seen.written)) return { messages, end: 'refused', detail: '400 of Node.js' };
  const isLast = /\r\nConnection: close\r\n/.test(seen.written.slice(seen.written.lastIndexOf('HTTP/1.1 ')));
  return { messages, end: isLast ? 'closed' : 'clean', detail: '' };
}

/** After the final response nobody reads on. */
function responseVerdict(seen: Seen): Verdict {
  const messages = seen.whole();
  const isFinal = (start: string): boolean => start === '101' || !start.startsWith('1');
  const at = messages.findIndex(({ start }) => isFinal(start));
  if (at >= 0) return { messages: messages.slice(0, at + 1), end: 'closed', detail: '' };
  const { error } = seen;
  const isCut = error === undefined || error === 'ECONNRESET' || error === 'HPE_INVALID_EOF_STATE';
  const end: End = isCut ? 'more' : 'refused';
  return { messages, end, detail: isCut ? '' : (error ?? '') };
}
