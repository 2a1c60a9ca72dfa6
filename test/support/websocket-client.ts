// A WebSocket client of other people's making (npm's ws), with promises where a test waits.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type ClientOptions, type RawData, WebSocket } from 'ws';

const LARGEST = 64 * 1024 * 1024;
const LONGEST_MS = 20_000;

export interface Message {
  readonly bytes: Buffer;
  readonly isBinary: boolean;
}

export interface Client {
  readonly socket: WebSocket;
  /** The answer that switched protocols. */
  readonly answer: IncomingMessage;
  /** The next message; each is handed out once. Rejects where the socket closes before. */
  next(): Promise<Message>;
  /** Sends a message and answers what comes back. */
  ask(data: string | Buffer): Promise<Message>;
  /** Settles with code and reason of the close. */
  closed(): Promise<{ code: number; reason: string }>;
}

/** Opens a WebSocket; rejects with the status where the server answers with one. */
export async function openClient(
  url: string,
  { protocols = [], ...options }: ClientOptions & { protocols?: string[] } = {},
): Promise<Client> {
  const socket = new WebSocket(url, protocols, {
    maxPayload: LARGEST,
    handshakeTimeout: LONGEST_MS,
    perMessageDeflate: false,
    ...options,
  });
  const messages: Message[] = [];
  const waiting: { resolve: (message: Message) => void; reject: (error: Error) => void }[] = [];
  let closing: { code: number; reason: string } | undefined;
  socket.on('message', (data, isBinary) => {
    const message = { bytes: bytesOf(data), isBinary };
    const first = waiting.shift();
    if (first === undefined) messages.push(message);
    else first.resolve(message);
  });
  socket.on('close', (code, reason) => {
    closing = { code, reason: reason.toString('utf8') };
    for (const { reject } of waiting.splice(0)) reject(new Error(`closed: ${code}`));
  });
  const answer = await opened(socket);
  const next = (): Promise<Message> => {
    const message = messages.shift();
    if (message !== undefined) return Promise.resolve(message);
    if (closing !== undefined) return Promise.reject(new Error(`closed: ${closing.code}`));
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
  return {
    socket,
    answer,
    next,
    ask(data) {
      socket.send(data);
      return next();
    },
    async closed() {
      if (closing === undefined) await once(socket, 'close');
      return closing!;
    },
  };
}

function opened(socket: WebSocket): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let answer: IncomingMessage | undefined;
    socket.on('upgrade', (response: IncomingMessage) => {
      answer = response;
    });
    socket.on('open', () => resolve(answer!));
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      socket.terminate();
      reject(new Error(`answered ${response.statusCode}`));
    });
    socket.on('error', reject);
  });
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
