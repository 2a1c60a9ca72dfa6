// A FastCGI application that plays a script for every request: it reads the records of a request and answers with
// whatever the test says, right or wrong.
import { createServer, type Socket } from 'node:net';
import { readSocket } from './byte-reader.ts';

const PARAMS = 4;
const STDIN = 5;

/** One request under way. */
export interface FcgiTalk {
  readonly socket: Socket;
  /** Index of the connection and of the request on it, from 0. */
  readonly connection: number;
  readonly request: number;
  /** Bytes of all records of parameters. */
  readonly params: string;
  /** Waits for the input's end, and answers all of it. */
  input(): Promise<string>;
  write(...records: string[]): void;
}

export interface ScriptedFastCgi {
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: readonly Socket[];
  close(): Promise<void>;
}

/** A record of any kind; `padding` bytes of padding behind it. */
export function record(
  type: number,
  content: string,
  { id = 1, padding = 0, version = 1 }: { id?: number; padding?: number; version?: number } = {},
): string {
  const { length } = content;
  const header = [version, type, id >> 8, id & 255, length >> 8, length & 255, padding, 0];
  return String.fromCharCode(...header) + content + 'P'.repeat(padding);
}

export const stdout = (text: string): string => record(6, text);
export const stderr = (text: string): string => record(7, text);
export const END: string = record(3, '\0\0\0\0\0\0\0\0');

/** Starts it on a free port of 127.0.0.1; `script` is played once the parameters of a request are there. */
export async function startScriptedFastCgi(
  script: (talk: FcgiTalk) => Promise<void> | void,
): Promise<ScriptedFastCgi> {
  const connections: Socket[] = [];
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    connections.push(socket);
    serve(socket, connections.length - 1, script).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections,
    close: () =>
      new Promise((resolve) => {
        for (const socket of connections) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

async function serve(
  socket: Socket,
  connection: number,
  script: (talk: FcgiTalk) => Promise<void> | void,
): Promise<void> {
  const reader = readSocket(socket);
  const next = async (): Promise<{ type: number; content: string } | undefined> => {
    const head = await reader.readBytes(8);
    if (head.length < 8) return undefined;
    const byte = (at: number): number => head.charCodeAt(at);
    const content = await reader.readBytes(byte(4) * 256 + byte(5));
    await reader.readBytes(byte(6));
    return { type: byte(1), content };
  };
  for (let request = 0; ; request++) {
    let params = '';
    for (;;) {
      const found = await next();
      if (found === undefined) return void socket.end();
      if (found.type === PARAMS && found.content === '') break;
      if (found.type === PARAMS) params += found.content;
    }
    let read: Promise<string> | undefined;
    const input = async (): Promise<string> => {
      let text = '';
      for (;;) {
        const found = await next();
        if (found === undefined || (found.type === STDIN && found.content === '')) return text;
        text += found.content;
      }
    };
    await script({
      socket,
      connection,
      request,
      params,
      input: () => {
        read ??= input();
        return read;
      },
      write: (...records) => void socket.write(records.join(''), 'latin1'),
    });
    read ??= input();
    await read;
    if (socket.destroyed || socket.writableEnded) return;
  }
}
