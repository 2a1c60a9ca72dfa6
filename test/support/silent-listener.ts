// A port that takes no connections: it listens, its queue is full, and nobody accepts. The system leaves further attempts
// without an answer, as a host does that is gone.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const LISTEN = `
const server = require('node:net').createServer();
server.listen({ host: process.argv[1], port: Number(process.argv[2]), backlog: 1 }, () => {
  process.stdout.write(String(server.address().port) + '\\n', () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
});`;

export interface SilentListener {
  readonly port: number;
  close(): Promise<void>;
}

/** Fills the queue of a listening port, a free one unless named. */
export async function startSilentListener(host: string, port: number = 0): Promise<SilentListener> {
  const child: ChildProcess = spawn(process.execPath, ['-e', LISTEN, host, String(port)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await once(child.stdout!, 'data');
  const listening = Number(String(line));
  const fillers: Socket[] = [];
  for (let i = 0; i < 8; i++) {
    const socket = connect({ host, port: listening });
    socket.on('error', () => undefined);
    fillers.push(socket);
  }
  await sleep(200);
  return {
    port: listening,
    close: async () => {
      for (const socket of fillers) socket.destroy();
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
