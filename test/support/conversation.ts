// What a server says on one connection, up to its end: exact bytes go out, everything that comes back is kept.
import { connect, type Socket } from 'node:net';

/** After this the server has had every chance to close. Tests that wait for a close keep its own patience longer. */
const LONGEST_MS = 10_000;

/** Sends bytes on a new connection; settles with all that comes back once the server has closed, or rejects. */
export function converse(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let text = '';
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`the connection is still open after ${LONGEST_MS} ms; so far it said:\n${text}`));
    }, LONGEST_MS);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(text);
    });
    socket.write(bytes, 'latin1');
  });
}

/** A connection that the test reads and writes itself; failures end it and are no news. */
export function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

/** The statuses of the answers in what a server said, interim ones included. */
export function statusesIn(text: string): number[] {
  return [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map((found) => Number(found[1]));
}
