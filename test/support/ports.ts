// Free TCP ports for servers under test. They lie below the range from which the kernel picks the
// local ports of outgoing connections, so a port handed out here is not taken by a client meanwhile.
// Every port has five digits: a body that spells one has the same length in each run.
import { createServer } from 'node:net';

const FIRST = 12_000;
const LAST = 31_999;

let next = FIRST + Math.floor(Math.random() * (LAST - FIRST));

/** A port of 127.0.0.1 on which nothing listens at the moment. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    next = next >= LAST ? FIRST : next + 1;
    const port = next;
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${FIRST} and ${LAST}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
