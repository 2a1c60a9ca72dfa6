// A server of node:http on a free port, and its end.

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Program } from './scene.ts';

/** Listens on loopback; `close` ends connections, server and rules. */
export async function listen(server: Server, rules: { close(): Promise<void> }): Promise<Program> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const isClosed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections?.();
      await isClosed;
      await rules.close();
    },
  };
}
