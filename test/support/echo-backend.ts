// An HTTP backend on a bare socket that answers 200, text/plain, with what it received: the request
// line, the header fields (names in lower case, sorted, without a plain `Connection: close` or
// `keep-alive`), an empty line, the body. Words in the path make it answer otherwise:
// `/_status/NNN`, `/_delay/SECONDS`, `/_close`, `/_raw/NAME` (a canned response).
import { STATUS_CODES } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { type ByteReader, readSocket } from './byte-reader.ts';
import { type Field, fieldValue, readChunkedBody, readFields } from './message-body.ts';

export interface Backend {
  /** The TCP port, or 0 for a backend on a unix socket. */
  readonly port: number;
  /** Request lines seen so far, in order of arrival over all connections. */
  readonly seen: readonly string[];
  close(): Promise<void>;
}

export interface EchoOptions {
  /** Path of a unix socket to listen on instead of a free port of 127.0.0.1. */
  readonly socketPath?: string;
  /** The canned responses for `/_raw/NAME`, as latin1 text. */
  readonly canned?: ReadonlyMap<string, string>;
  /** TLS is spoken, with these certificates. */
  readonly tls?: TlsOptions;
}

interface ReceivedRequest {
  readonly requestLine: string;
  readonly fields: readonly Field[];
  readonly body: string;
}

/** Starts an echo backend; it serves until closed. */
export async function startEchoBackend(options: EchoOptions = {}): Promise<Backend> {
  const seen: string[] = [];
  const canned = options.canned ?? new Map<string, string>();
  return startBackend(
    options.socketPath,
    seen,
    (socket) => serveConnection(socket, canned, seen),
    options.tls,
  );
}

/** Starts a server whose connections are handled by `serve`, and which can be closed at any time. */
export async function startBackend(
  socketPath: string | undefined,
  seen: readonly string[],
  serve: (socket: Socket) => Promise<void>,
  tls?: TlsOptions,
): Promise<Backend> {
  const sockets = new Set<Socket>();
  const hold = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const take = (socket: Socket): void => {
    hold(socket);
    serve(socket).catch(() => socket.destroy());
  };
  const options = { allowHalfOpen: true, noDelay: true };
  const server =
    tls === undefined ? createServer(options, take) : createTlsServer({ ...options, ...tls }, take);
  // A connection on which there never is TLS has to be ended, too.
  if (tls !== undefined) server.on('connection', hold);
  await listen(server, socketPath);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listen(server: Server, socketPath: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    if (socketPath === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen({ path: socketPath, readableAll: true, writableAll: true }, resolve);
  });
}

async function serveConnection(
  socket: Socket,
  canned: ReadonlyMap<string, string>,
  seen: string[],
): Promise<void> {
  const reader = readSocket(socket);
  for (;;) {
    const request = await readRequest(reader, socket);
    if (request === undefined) return void socket.end();
    seen.push(request.requestLine);
    const isOpen = await answer(socket, reader, request, canned);
    if (!isOpen) return;
  }
}

async function readRequest(reader: ByteReader, socket: Socket): Promise<ReceivedRequest | undefined> {
  const requestLine = await reader.readLine();
  if (requestLine === undefined) return undefined;
  const fields = await readFields(reader);
  if (fields === undefined) return undefined;
  if (/^100-continue$/i.test(fieldValue(fields, 'expect') ?? ''))
    socket.write('HTTP/1.1 100 Continue\r\n\r\n');
  return { requestLine, fields, body: await readBody(reader, fields) };
}

async function readBody(reader: ByteReader, fields: readonly Field[]): Promise<string> {
  if (/chunked/i.test(fieldValue(fields, 'transfer-encoding') ?? ''))
    return (await readChunkedBody(reader)).text;
  const length = Number(fieldValue(fields, 'content-length') ?? '0');
  return length > 0 ? reader.readBytes(length) : '';
}

async function answer(
  socket: Socket,
  reader: ByteReader,
  request: ReceivedRequest,
  canned: ReadonlyMap<string, string>,
): Promise<boolean> {
  const path = request.requestLine.split(' ')[1] ?? '';
  const delay = /\/_delay\/([\d.]+)/.exec(path)?.[1];
  if (delay !== undefined) await sleep(Math.min(Number(delay), 30) * 1000);
  if (path.includes('/_close')) {
    socket.destroy();
    return false;
  }
  const name = /\/_raw\/([\w.-]+)/.exec(path)?.[1];
  if (name !== undefined) {
    await sendCanned(socket, reader, canned.get(name) ?? missingCanned(name));
    return false;
  }
  return sendEcho(socket, request, Number(/\/_status\/(\d{3})/.exec(path)?.[1] ?? 200));
}

/** Sends the bytes as they are and ends; after a 101 it sends back whatever arrives until the end. */
async function sendCanned(socket: Socket, reader: ByteReader, bytes: string): Promise<void> {
  socket.write(bytes, 'latin1');
  if (/^HTTP\/1\.1 101 /.test(bytes)) {
    for (;;) {
      const piece = await reader.takeWaiting();
      if (piece === undefined) break;
      socket.write(piece, 'latin1');
    }
  }
  socket.end();
}

function missingCanned(name: string): string {
  return `HTTP/1.1 500 No Such Canned Response\r\nContent-Length: 0\r\nX-Missing: ${name}\r\n\r\n`;
}

function sendEcho(socket: Socket, request: ReceivedRequest, status: number): boolean {
  const body = echoText(request);
  const isHead = request.requestLine.startsWith('HEAD ');
  const isBodiless = isHead || status === 204 || status === 304 || status < 200;
  const isClosing = /close/i.test(fieldValue(request.fields, 'connection') ?? '');
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}`,
    'Content-Type: text/plain',
    ...(status === 204 || status === 304 || status < 200 ? [] : [`Content-Length: ${body.length}`]),
    ...(isClosing ? ['Connection: close'] : []),
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${isBodiless ? '' : body}`, 'latin1');
  if (isClosing) socket.end();
  return !isClosing;
}

function echoText(request: ReceivedRequest): string {
  const lines = request.fields
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    .filter((line) => !/^connection: (close|keep-alive)$/i.test(line))
    .sort();
  return [request.requestLine, ...lines, '', request.body].join('\n');
}
