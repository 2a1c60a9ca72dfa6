// When a writer has to wait for a client: as soon as the system has not taken all that was written. A client that does
// not read its answer is then worth one piece of it in memory, and one that reads never makes its writer wait.

import type { Socket } from 'node:net';

/** Bytes that may wait in a socket, besides the last piece, before its writer has to. */
export const MOST_WAITING: number = 16 * 1024;

/** What `write` has answered, corrected: bytes that were taken at once do not wait. */
export function hasRoom(socket: Socket, goesOn: boolean): boolean {
  return goesOn || socket.writableLength === 0;
}
