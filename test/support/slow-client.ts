// A client that says what it has to say in its own time, and notes when the server has had enough.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes, or the end of the client's direction, after so many milliseconds. */
export type Step = readonly [afterMs: number, bytes: string | 'END'];

export interface Patience {
  /** Everything the server said. */
  readonly text: string;
  /** Milliseconds from the connection to the server's end of it; undefined where it was still open. */
  readonly endedAfter: number | undefined;
}

/** Plays the steps on a new connection; settles when the server has closed its direction, or after `longestMs`. */
export async function saySlowly(port: number, steps: readonly Step[], longestMs = 9000): Promise<Patience> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  const from = performance.now();
  let text = '';
  let endedAfter: number | undefined;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      endedAfter ??= performance.now() - from;
      resolve();
    };
    socket.on('end', end);
    socket.on('close', end);
  });
  const said = say();
  await Promise.race([ended, sleep(longestMs, undefined, { ref: false })]);
  const outcome = { text, endedAfter };
  socket.destroy();
  await said;
  return outcome;

  async function say(): Promise<void> {
    for (const [afterMs, bytes] of steps) {
      await sleep(afterMs);
      if (endedAfter !== undefined || socket.destroyed) return;
      if (bytes === 'END') socket.end();
      else socket.write(bytes, 'latin1');
    }
  }
}
