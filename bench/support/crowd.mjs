// Starts a crowd of slow peers (slow-crowd.mjs), sends it somewhere, and ends it.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Of each kind so many among a thousand. Readers are few: the system holds megabytes for each. */
const THOUSAND = { heads: 300, bodies: 300, resting: 200, waiting: 140, trickles: 40, readers: 20 };

function countsFor(size) {
  return Object.fromEntries(
    Object.entries(THOUSAND).map(([kind, count]) => [kind, Math.round((count * size) / 1000)]),
  );
}

/** A crowd with its slow backend on `backend`. `gather(port, size)` settles when all are connected; `leave` ends them. */
export async function startCrowd() {
  const child = fork(fileURLToPath(new URL('slow-crowd.mjs', import.meta.url)));
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const lost = gone.then(() => {
    throw new Error('the crowd has ended before its time');
  });
  lost.catch(() => {});
  const told = () => Promise.race([lost, new Promise((resolve) => child.once('message', resolve))]);
  const { backend } = await told();
  return {
    backend,
    gather(port, size) {
      child.send({ port, counts: countsFor(size) });
      return told();
    },
    leave() {
      child.send({ counts: {} });
      return told();
    },
    async stop() {
      child.disconnect();
      await gone;
    },
  };
}
