// Free TCP ports for servers under test. They lie below the range from which the kernel picks the
// local ports of outgoing connections, so a port handed out here is not taken by a client meanwhile.
// Every port has five digits: a body that spells one has the same length in each run. Between the look and the server's
// own start a port is nobody's: those who look at the same time in other processes of a test run have other ports.
import { createServer } from 'node:net';

const FIRST = 12_000;
const LAST = 31_999;

/** More processes than a test run has. */
const LANES = 16;
const { VITEST_POOL_ID: lane = '0' } = process.env;

let next = firstPort(Math.floor((Math.random() * (LAST - FIRST)) / LANES));

/** A port of 127.0.0.1 on which nothing listens at the moment. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    next = next + LANES > LAST ? firstPort(0) : next + LANES;
    const port = next;
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${FIRST} and ${LAST}`);
}

/** The port of this process's lane in a row of ports. */
function firstPort(row: number): number {
  return FIRST + row * LANES + (Number(lane) % LANES);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
