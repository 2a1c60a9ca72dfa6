// A backend that writes frames of HTTP/2 as the test says, right or wrong. Field blocks are literals without Huffman
// codes, so that any byte can stand in a name or a value.
import { createServer, type Socket } from 'node:net';

const PREFACE_LENGTH = 24;
const FRAME_HEAD = 9;

export const FRAME = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  continuation: 9,
} as const;

export const END_STREAM = 1;
export const END_HEADERS = 4;
const ACK = 1;

/** One connection. */
export class RawSession {
  readonly socket: Socket;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  send(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): void {
    const head = Buffer.alloc(FRAME_HEAD);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flags;
    head.writeUInt32BE(stream, 5);
    this.socket.write(Buffer.concat([head, payload]));
  }

  /** A HEADERS frame with these fields, bytes as latin1. */
  respond(stream: number, fields: readonly (readonly [string, string])[], flags: number = END_HEADERS): void {
    this.send(FRAME.headers, flags, stream, fieldBlock(fields));
  }

  data(stream: number, text: string, flags = 0): void {
    this.send(FRAME.data, flags, stream, Buffer.from(text, 'latin1'));
  }

  reset(stream: number, code: number): void {
    this.send(FRAME.reset, 0, stream, uint32(code));
  }

  goaway(lastStream: number, code: number): void {
    this.send(FRAME.goaway, 0, 0, Buffer.concat([uint32(lastStream), uint32(code)]));
  }
}

/** Literal header fields without indexing (RFC 7541 section 6.2.2). */
export function fieldBlock(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]));
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  const length = [127];
  let left = bytes.length - 127;
  for (; left >= 128; left >>= 7) length.push((left & 127) | 128);
  length.push(left);
  return Buffer.concat([Buffer.from(length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export interface RawHttp2Backend {
  readonly port: number;
  /** Streams that were begun, over all sessions. */
  readonly streams: readonly number[];
  /** Codes of the streams that the other end has reset. */
  readonly resets: readonly number[];
  close(): Promise<void>;
}

/** `onRequest` is told of each request when its HEADERS frame is there; what follows is passed over. */
export async function startRawHttp2Backend(
  onRequest: (session: RawSession, stream: number, nth: number) => void,
): Promise<RawHttp2Backend> {
  const streams: number[] = [];
  const resets: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    const session = new RawSession(socket);
    let held = Buffer.alloc(0);
    let isPastPreface = false;
    session.send(FRAME.settings, 0, 0);
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      if (!isPastPreface) {
        if (held.length < PREFACE_LENGTH) return;
        held = held.subarray(PREFACE_LENGTH);
        isPastPreface = true;
      }
      while (held.length >= FRAME_HEAD && held.length >= FRAME_HEAD + held.readUIntBE(0, 3)) {
        const payload = held.subarray(FRAME_HEAD, FRAME_HEAD + held.readUIntBE(0, 3));
        const [type, flags, stream] = [held[3], held[4]!, held.readUInt32BE(5)];
        held = held.subarray(FRAME_HEAD + payload.length);
        if (type === FRAME.settings && (flags & ACK) === 0) session.send(FRAME.settings, ACK, 0);
        else if (type === FRAME.ping && (flags & ACK) === 0) session.send(FRAME.ping, ACK, 0, payload);
        else if (type === FRAME.reset) resets.push(payload.readUInt32BE());
        else if (type === FRAME.headers) {
          streams.push(stream);
          onRequest(session, stream, streams.length);
        }
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    streams,
    resets,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
