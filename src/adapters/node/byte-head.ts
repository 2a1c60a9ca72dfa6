// Heads with bytes beyond ASCII. node:http writes a head together with a text that follows it, or early, as UTF-8, and makes
// two bytes of each of them; behind an empty chunk of bytes it goes out as it is.

import type { ServerResponse } from 'node:http';

const BEYOND_ASCII = /[\x80-\xff]/;
const NOTHING = Buffer.alloc(0);

/** Sends the head that was just written, where one of its values needs it. */
export function sendByteHead(response: ServerResponse, values: Iterable<unknown>): void {
  for (const value of values)
    if (BEYOND_ASCII.test(String(value))) {
      response.write(NOTHING);
      return;
    }
}
