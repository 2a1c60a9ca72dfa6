// A backend for programs under test: tells what it has received, digests uploads, sends events, and knows who has gone.

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Backend {
  readonly port: number;
  /** Ends the stream of events of whoever listens. */
  endEvents(): void;
  /** How many clients of `/events` and `/never` have gone before the end. */
  readonly gone: number;
  /** Connections that are open. */
  readonly connections: number;
  close(): Promise<void>;
}

/** `/events`: one event at once, the other by `endEvents`. `/never`: no answer. All else: method, URL and digest of the body. */
export async function startBackend(): Promise<Backend> {
  const listeners = new Set<ServerResponse>();
  let gone = 0;
  let connections = 0;
  const server = createServer((request, response) => {
    response.on('close', () => {
      listeners.delete(response);
      if (!response.writableFinished) gone += 1;
    });
    if (request.url === '/never') return;
    if (request.url === '/events') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: first\n\n');
      listeners.add(response);
      return;
    }
    void tell(request, response);
  });
  server.on('connection', (socket) => {
    connections += 1;
    socket.on('close', () => {
      connections -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    endEvents() {
      for (const each of listeners) each.end('data: last\n\n');
    },
    get gone() {
      return gone;
    },
    get connections() {
      return connections;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function tell(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const digest = await digestOf(request).catch(() => 'broken off');
  const { method, url } = request;
  response.writeHead(200, { 'Content-Type': 'text/plain', 'X-Backend': 'here' });
  response.end(`${method} ${url} ${digest}\n`);
}

/** Length and SHA-256 of what a stream holds. */
export async function digestOf(stream: AsyncIterable<Buffer | string>): Promise<string> {
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Buffer);
    length += bytes.length;
    hash.update(bytes);
  }
  return `${length} ${hash.digest('hex')}`;
}
