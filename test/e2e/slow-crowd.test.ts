// A normal client beside a thousand slow ones: heads, bodies and answers that take their time, backends that are slow
// or silent, connections that rest. `npm run bench:slow` does the same with five thousand.
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSocket } from '../support/conversation.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { answering, startScriptedBackend } from '../support/scripted-backend.ts';
import { type SlowCrowd, startSlowCrowd } from '../support/slow-crowd.ts';

const CROWD = { heads: 300, bodies: 300, resting: 200, waiting: 140, trickles: 40, readers: 20 };
const REQUESTS = 300;
const MOST_TIMES_AS_LONG = 2;
/** Where a request takes next to nothing, twice as much is no disturbance. */
const NO_TIME_MS = 20;
/** What a crowd does as it comes is not what it does as it stays. */
const SETTLE_MS = 1000;
/** Other things happen on the machine: a comparison that they have spoilt is made again, so often at most. */
const MOST_ROUNDS = 12;

let scene: Scene;
let crowd: SlowCrowd;

beforeAll(async () => {
  scene = await makeScene();
  crowd = await startSlowCrowd();
  scene.onClose(() => crowd.stop());
  const backend = await startScriptedBackend(answering('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n'));
  scene.onClose(() => backend.close());
  await scene.start(`Timeout 300
KeepAliveTimeout 300
MaxKeepAliveRequests 0
ProxyPass /slow/ http://127.0.0.1:${crowd.backend}/
ProxyPass / http://127.0.0.1:${backend.port}/
`);
});

afterAll(() => scene.close());

/** The time that ninety-nine of a hundred requests take at most, in milliseconds; all are answered. */
async function slowest(socket: Socket): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < REQUESTS; i++) {
    const from = performance.now();
    socket.write('GET /hello HTTP/1.1\r\nHost: x\r\n\r\n');
    const answer = await new Promise<string>((resolve) =>
      socket.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1'))),
    );
    if (!answer.startsWith('HTTP/1.1 200 OK\r\n') || !answer.endsWith('ok\n')) throw new Error(answer);
    times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(REQUESTS * 0.99)]!;
}

test('waits at most twice as long as alone', async () => {
  const socket = await openSocket(scene.port);
  for (let i = 0; i < 3; i++) await slowest(socket);
  const rounds: { alone: number; beside: number }[] = [];
  const isUndisturbed = ({ alone, beside }: { alone: number; beside: number }): boolean =>
    beside <= Math.max(NO_TIME_MS, alone * MOST_TIMES_AS_LONG);
  while (rounds.length < MOST_ROUNDS && rounds.filter(isUndisturbed).length < 2) {
    const alone = await slowest(socket);
    await crowd.gather(scene.port, CROWD);
    await sleep(SETTLE_MS);
    const beside = await slowest(socket);
    await crowd.leave();
    rounds.push({ alone, beside });
  }
  socket.destroy();
  expect(rounds.filter(isUndisturbed).length, JSON.stringify(rounds)).toBe(2);
}, 240_000);
