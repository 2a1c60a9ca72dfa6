// A FastCGI responder that answers text/plain with its parameters, sorted, one a line, an empty line
// and what came on its standard input. A `/_raw/NAME` in REQUEST_URI sends a canned standard output
// instead. Parameters that differ between any two servers or runs are left out.
import type { Socket } from 'node:net';
import { type ByteReader, readSocket } from './byte-reader.ts';
import { type Backend, startBackend } from './echo-backend.ts';

const BEGIN_REQUEST = 1;
const END_REQUEST = 3;
const PARAMS = 4;
const STDIN = 5;
const STDOUT = 6;

const VARYING = new Set(['PATH', 'REMOTE_PORT', 'SERVER_SIGNATURE', 'SERVER_SOFTWARE', 'UNIQUE_ID']);

interface FastCgiRecord {
  readonly type: number;
  readonly id: number;
  readonly content: string;
}

/** Starts the responder on a unix socket, or else on a free port of 127.0.0.1. */
export async function startFastCgiBackend(
  canned: ReadonlyMap<string, string>,
  socketPath?: string,
): Promise<Backend> {
  const seen: string[] = [];
  return startBackend(socketPath, seen, (socket) => serveConnection(socket, canned, seen));
}

async function serveConnection(
  socket: Socket,
  canned: ReadonlyMap<string, string>,
  seen: string[],
): Promise<void> {
  const reader = readSocket(socket);
  let params = '';
  let input = '';
  let keepsConnection = false;
  for (;;) {
    const record = await readRecord(reader);
    if (record === undefined) return void socket.end();
    if (record.type === BEGIN_REQUEST) {
      params = '';
      input = '';
      keepsConnection = (record.content.charCodeAt(2) & 1) === 1;
    } else if (record.type === PARAMS) {
      params += record.content;
    } else if (record.type === STDIN && record.content !== '') {
      input += record.content;
    } else if (record.type === STDIN) {
      const environment = decodeParams(params);
      seen.push(environment.get('REQUEST_URI') ?? '');
      socket.write(answerRecords(record.id, answerText(environment, input, canned)), 'latin1');
      if (!keepsConnection) return void socket.end();
    }
  }
}

async function readRecord(reader: ByteReader): Promise<FastCgiRecord | undefined> {
  const head = await reader.readBytes(8);
  if (head.length < 8) return undefined;
  const byte = (at: number): number => head.charCodeAt(at);
  const length = byte(4) * 256 + byte(5);
  const content = await reader.readBytes(length);
  await reader.readBytes(byte(6));
  return { type: byte(1), id: byte(2) * 256 + byte(3), content };
}

function decodeParams(bytes: string): Map<string, string> {
  const params = new Map<string, string>();
  let at = 0;
  const size = (): number => {
    const first = bytes.charCodeAt(at);
    if (first < 128) {
      at += 1;
      return first;
    }
    const rest = bytes.slice(at + 1, at + 4);
    at += 4;
    return (
      (first - 128) * 0x1000000 +
      rest.charCodeAt(0) * 0x10000 +
      rest.charCodeAt(1) * 0x100 +
      rest.charCodeAt(2)
    );
  };
  while (at < bytes.length) {
    const nameLength = size();
    const valueLength = size();
    const name = bytes.slice(at, at + nameLength);
    params.set(name, bytes.slice(at + nameLength, at + nameLength + valueLength));
    at += nameLength + valueLength;
  }
  return params;
}

function answerText(
  environment: ReadonlyMap<string, string>,
  input: string,
  canned: ReadonlyMap<string, string>,
): string {
  const name = /\/_raw\/([\w.-]+)/.exec(environment.get('REQUEST_URI') ?? '')?.[1];
  if (name !== undefined) return canned.get(name) ?? 'Status: 500 No Such Canned Response\r\n\r\n';
  const lines = [...environment]
    .filter(([key]) => !VARYING.has(key))
    .map(([key, value]) => `${key}=${value}`)
    .sort();
  return `Content-Type: text/plain\r\n\r\n${lines.join('\n')}\n${input === '' ? '' : `\n${input}`}`;
}

function answerRecords(id: number, text: string): string {
  let records = '';
  for (let at = 0; at < text.length; at += 0x8000)
    records += encodeRecord(STDOUT, id, text.slice(at, at + 0x8000));
  return records + encodeRecord(STDOUT, id, '') + encodeRecord(END_REQUEST, id, '\0'.repeat(8));
}

function encodeRecord(type: number, id: number, content: string): string {
  const head = [1, type, id >> 8, id & 255, content.length >> 8, content.length & 255, 0, 0];
  return String.fromCharCode(...head) + content;
}
