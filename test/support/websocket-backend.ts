// A WebSocket server of other people's making (npm's ws) as a backend: it echoes what it hears, or does what the test says.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { Issued } from './certificates.ts';

/** One socket, and the request that it began with. */
export type Act = (socket: WebSocket, request: IncomingMessage) => void;

export interface WebSocketBackend {
  readonly port: number;
  /** Sockets that are open. */
  readonly open: ReadonlySet<WebSocket>;
  /** Close codes in order of arrival; 1006 is an end without a close frame. */
  readonly codes: readonly number[];
  close(): Promise<void>;
}

/** Sends back each message as it came. */
export const echo: Act = (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
};

const LARGEST = 64 * 1024 * 1024;

export async function startWebSocketBackend(
  act: Act = echo,
  options: ServerOptions = {},
  identity?: Issued,
): Promise<WebSocketBackend> {
  const refuse = (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(426, { 'Content-Type': 'text/plain', Upgrade: 'websocket', Connection: 'Upgrade' });
    response.end('a WebSocket, please\n');
  };
  const http =
    identity === undefined
      ? createServer(refuse)
      : createSecureServer({ cert: identity.certificate, key: identity.key }, refuse);
  const server = new WebSocketServer({ server: http, maxPayload: LARGEST, ...options });
  const codes: number[] = [];
  server.on('connection', (socket, request) => {
    socket.on('error', () => undefined);
    socket.on('close', (code) => codes.push(code));
    act(socket, request);
  });
  await new Promise<void>((resolve) => http.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, resolve));
  const address = http.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    open: server.clients,
    codes,
    close: () =>
      new Promise((resolve) => {
        for (const socket of server.clients) socket.terminate();
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}
