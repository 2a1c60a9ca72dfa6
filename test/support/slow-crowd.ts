// The crowd of slow peers that the benchmark has (bench/support/slow-crowd.mjs), for tests.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface SlowCrowd {
  /** The port of its slow backend: `/silent` never answers, `/drops` bit by bit, `/much` as fast as it is taken. */
  readonly backend: number;
  /** Settles when so many of each kind are connected to the port. */
  gather(port: number, counts: Readonly<Record<string, number>>): Promise<void>;
  leave(): Promise<void>;
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('../../bench/support/slow-crowd.mjs', import.meta.url));

export async function startSlowCrowd(): Promise<SlowCrowd> {
  const child = fork(PROGRAM);
  const gone = once(child, 'exit');
  const told = async (): Promise<Record<string, unknown>> => {
    const lost = gone.then(() => {
      throw new Error('the crowd has ended before its time');
    });
    const [message] = await Promise.race([once(child, 'message'), lost]);
    return message;
  };
  const { backend } = await told();
  const tell = async (message: object): Promise<void> => {
    child.send(message);
    await told();
  };
  return {
    backend: Number(backend),
    gather: (port, counts) => tell({ port, counts }),
    leave: () => tell({ counts: {} }),
    async stop() {
      child.disconnect();
      await gone;
    },
  };
}
