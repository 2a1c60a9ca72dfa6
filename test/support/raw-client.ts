// A client on a bare socket: exact bytes go out, and what comes back is taken apart without judging it.
// One connection is used for as long as the server keeps it.
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ByteReader, readSocket } from './byte-reader.ts';
import { type Field, fieldValue, readChunkedBody, readFields } from './message-body.ts';

export interface RawAnswer {
  readonly kind: 'answer';
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly Field[];
  readonly body: string;
  readonly framing: 'chunked' | 'length' | 'close' | 'none';
  /** False where the connection ended before the body did. */
  readonly isComplete: boolean;
  readonly isKept: boolean;
  readonly interim: readonly { readonly status: number; readonly headers: readonly Field[] }[];
}

export type RawOutcome =
  | RawAnswer
  /** The server closed the connection without sending a byte. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'timed out' }
  /** Bytes that are no HTTP/1.x message: an HTTP/0.9 answer. */
  | { readonly kind: 'bytes'; readonly body: string };

export interface Sending {
  readonly bytes: Buffer;
  readonly method: string;
  readonly isNewConnection?: boolean;
  /** Holds a body back until the server asks for it, where the request says `Expect: 100-continue`. */
  readonly waitsForContinue?: boolean;
}

export interface RawClient {
  /** Sends one message and answers what came back: one outcome, or more for pipelined requests. */
  send(sending: Sending): Promise<RawOutcome[]>;
  /** The local port of the connection used last. */
  localPort(): number;
  close(): void;
}

interface Connection {
  readonly socket: Socket;
  readonly reader: ByteReader;
  isTimedOut: boolean;
}

const QUIET_MS = 250;
const DRAIN_MS = 3000;

/** A client for a port of 127.0.0.1; no answer takes longer than `timeoutMs`. */
export function createRawClient(port: number, timeoutMs = 10_000): RawClient {
  let connection: Connection | undefined;
  let localPort = 0;

  const discard = (): void => {
    connection?.socket.destroy();
    connection = undefined;
  };

  const obtain = async (isNew: boolean): Promise<Connection> => {
    if (isNew || connection === undefined || connection.reader.isEnded()) {
      discard();
      connection = await openConnection(port);
      localPort = connection.socket.localPort ?? 0;
    }
    return connection;
  };

  return {
    async send(sending) {
      const current = await obtain(sending.isNewConnection === true);
      const timer = setTimeout(() => {
        current.isTimedOut = true;
        current.socket.destroy();
      }, timeoutMs);
      try {
        const outcomes = await exchange(current, sending);
        const last = outcomes.at(-1);
        if (outcomes.length > 1 || last?.kind !== 'answer' || !last.isKept) discard();
        return outcomes;
      } finally {
        clearTimeout(timer);
      }
    },
    localPort: () => localPort,
    close: discard,
  };
}

function openConnection(port: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve({ socket, reader: readSocket(socket), isTimedOut: false });
    });
  });
}

async function exchange(connection: Connection, sending: Sending): Promise<RawOutcome[]> {
  const heldBack = writeMessage(connection.socket, sending);
  const first = await readOutcome(connection, sending, heldBack);
  const text = sending.bytes.toString('latin1');
  const requests = text.match(/ HTTP\/\d\.\d\r?\n/g)?.length ?? 1;
  if (requests < 2 || first.kind !== 'answer') return [first];
  return [first, ...(await readRemaining(connection))];
}

/** Writes the message; returns the body where it waits for the server's word. */
function writeMessage(socket: Socket, sending: Sending): Buffer | undefined {
  const { bytes } = sending;
  const headEnd = bytes.indexOf('\r\n\r\n') + 4;
  const head = bytes.subarray(0, headEnd).toString('latin1');
  if (sending.waitsForContinue === true && headEnd >= 4 && /^expect:\s*100-continue/im.test(head)) {
    socket.write(bytes.subarray(0, headEnd));
    return bytes.subarray(headEnd);
  }
  socket.write(bytes);
  return undefined;
}

/** Reads the answers to further pipelined requests, until the server is quiet or gone. */
async function readRemaining(connection: Connection): Promise<RawOutcome[]> {
  const { socket, reader } = connection;
  const outcomes: RawOutcome[] = [];
  const timer = setTimeout(() => socket.destroy(), DRAIN_MS);
  for (;;) {
    await Promise.race([reader.hasMore(), sleep(QUIET_MS)]);
    if (reader.waiting() === '') break;
    outcomes.push(await readOutcome(connection, { bytes: Buffer.alloc(0), method: 'GET' }, undefined));
  }
  clearTimeout(timer);
  return outcomes;
}

async function readOutcome(
  connection: Connection,
  sending: Sending,
  heldBack: Buffer | undefined,
): Promise<RawOutcome> {
  const { reader, socket } = connection;
  const interim: { status: number; headers: readonly Field[] }[] = [];
  let body = heldBack;
  for (;;) {
    if (!(await reader.hasMore())) return { kind: connection.isTimedOut ? 'timed out' : 'closed' };
    if (!looksLikeHttp(await peek(reader, 5))) return { kind: 'bytes', body: await reader.readToEnd() };
    const [, version = '', code = '', reason = ''] =
      /^(HTTP\/\S+) (\d+) ?(.*)$/.exec((await reader.readLine()) ?? '') ?? [];
    const headers = (await readFields(reader)) ?? [];
    const status = Number(code);
    if (status >= 100 && status < 200 && status !== 101) {
      interim.push({ status, headers });
      if (status === 100 && body !== undefined) {
        socket.write(body);
        body = undefined;
      }
      continue;
    }
    const rest = await readBody(connection, { status, headers, sending });
    const isKept =
      mayBeKept(version, headers, rest.framing) && rest.isComplete && !reader.isEnded() && status !== 101;
    if (connection.isTimedOut && !rest.isComplete) return { kind: 'timed out' };
    return { kind: 'answer', version, status, reason, headers, interim, isKept, ...rest };
  }
}

async function peek(reader: ByteReader, count: number): Promise<string> {
  while (reader.waiting().length < count && !reader.isEnded()) await sleep(2);
  return reader.waiting().slice(0, count);
}

function looksLikeHttp(start: string): boolean {
  return start.toUpperCase().startsWith('HTTP/');
}

interface BodyPart {
  readonly body: string;
  readonly framing: RawAnswer['framing'];
  readonly isComplete: boolean;
}

async function readBody(
  connection: Connection,
  head: { status: number; headers: readonly Field[]; sending: Sending },
): Promise<BodyPart> {
  const { reader } = connection;
  const { status, headers, sending } = head;
  if (status === 101)
    return { body: await readTunnel(connection, sending), framing: 'close', isComplete: true };
  if (sending.method === 'HEAD' || status === 204 || status === 304)
    return { body: '', framing: 'none', isComplete: true };
  if (/\bchunked\s*$/i.test(fieldValue(headers, 'transfer-encoding') ?? '')) {
    const { text, complete } = await readChunkedBody(reader);
    return { body: text, framing: 'chunked', isComplete: complete };
  }
  const length = fieldValue(headers, 'content-length');
  if (length === undefined)
    return { body: await reader.readToEnd(), framing: 'close', isComplete: !connection.isTimedOut };
  const body = await reader.readBytes(Number(length));
  return { body, framing: 'length', isComplete: body.length === Number(length) };
}

/** After a 101: as many bytes as the message held behind its head, which an echo sends back. */
async function readTunnel(connection: Connection, sending: Sending): Promise<string> {
  const { reader, socket } = connection;
  const expected = sending.bytes.length - (sending.bytes.indexOf('\r\n\r\n') + 4);
  const timer = setTimeout(() => socket.destroy(), DRAIN_MS);
  const body = await reader.readBytes(expected);
  clearTimeout(timer);
  socket.destroy();
  return body;
}

function mayBeKept(version: string, headers: readonly Field[], framing: RawAnswer['framing']): boolean {
  const connection = fieldValue(headers, 'connection') ?? '';
  if (framing === 'close' || /\bclose\b/i.test(connection)) return false;
  return version !== 'HTTP/1.0' || /\bkeep-alive\b/i.test(connection);
}
