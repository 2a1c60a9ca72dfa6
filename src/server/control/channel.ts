// The answering end of a control channel: a unix socket that only the server's user (and root) can open. Owns the
// socket and the bounds of what is read; what a request does is the caller's.

import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { askServer, NobodyThere } from './ask.ts';
import { type ControlAnswer, type ControlRequest, LONGEST_REQUEST, parseRequest } from './message.ts';
import { LONGEST_PATH } from './place.ts';

/** How long somebody may take to say what is wanted. */
const PATIENCE_MS = 5000;
const MOST_CLIENTS = 32;

/** Does what is asked for; never rejects. */
export type ControlHandler = (request: ControlRequest) => Promise<ControlAnswer>;

export interface ControlChannel {
  readonly path: string;
  /** Takes no more requests and removes the socket, where the folder lets it. */
  close(): void;
}

/**
 * Opens the channel at a path. A socket of a server that is gone is replaced; anything else that is there is left, and
 * an error says so.
 */
export async function openChannel(path: string, handler: ControlHandler): Promise<ControlChannel> {
  if (Buffer.byteLength(path) > LONGEST_PATH) throw new Error(`${path} is too long for a socket`);
  await clear(path);
  const clients = new Set<Socket>();
  const server = createServer((socket) => {
    clients.add(socket);
    socket.once('close', () => clients.delete(socket));
    answer(socket, handler);
  });
  server.maxConnections = MOST_CLIENTS;
  await listen(server, path);
  // The server's own life is not the channel's business.
  server.unref();
  return {
    path,
    close() {
      server.close();
      for (const socket of clients) socket.destroy();
      remove(path);
    },
  };
}

async function clear(path: string): Promise<void> {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return;
  if (!facts.isSocket()) throw new Error(`${path} is there already, and is no socket`);
  try {
    await askServer(path, { do: 'apps' });
  } catch (error) {
    if (!(error instanceof NobodyThere)) throw error;
    unlinkSync(path);
    return;
  }
  throw new Error(`another server listens at ${path}`);
}

/** The socket is made with its mode, so that there is no moment in which others could open it. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const before = process.umask(0o177);
    try {
      server.listen(path, () => {
        server.off('error', reject);
        server.on('error', () => undefined);
        chmodSync(path, 0o600);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Gone already, or in a folder that only root may change: the next server replaces it.
  }
}

/** Reads one line and answers it. */
function answer(socket: Socket, handler: ControlHandler): void {
  let text = '';
  const say = (what: ControlAnswer): void => {
    socket.end(`${JSON.stringify(what)}\n`);
  };
  const onData = (chunk: string): void => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end < 0 && text.length <= LONGEST_REQUEST) return;
    socket.off('data', onData);
    socket.resume();
    socket.setTimeout(0);
    const request = end < 0 ? undefined : parseRequest(text.slice(0, end));
    if (request === undefined) say({ ok: false, why: 'not a request that this server knows' });
    else void handler(request).then(say);
  };
  socket.setEncoding('utf8');
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', onData);
}
