// A backend that begins an answer and ends it when the test says so: an exchange that is under way for as long as needed.
import { createServer, type ServerResponse } from 'node:http';
import { until } from './scene.ts';

export interface HeldBackend {
  readonly port: number;
  /** Waits until a request has come and the first half of its answer, `begun `, is sent. */
  asked(): Promise<void>;
  /** Sends the other half, `done`, of every answer under way. */
  release(): void;
  close(): Promise<void>;
}

export async function startHeldBackend(): Promise<HeldBackend> {
  const held: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 10 });
    response.write('begun ');
    held.push(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    asked: () => until('the request', () => held.length > 0 || undefined).then(() => undefined),
    release: () => {
      for (const response of held.splice(0)) response.end('done');
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
