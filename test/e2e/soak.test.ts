// Clients that vanish and backends that break off, at speed, for some seconds (`npm run soak`: for longer, with a look at
// the memory second by second): nothing is left behind and nothing has gone wrong.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { converse } from '../support/conversation.ts';
import { residentMemory } from '../support/process-memory.ts';
import { makeScene, type Scene, until } from '../support/scene.ts';
import type { RunningServer } from '../support/server-process.ts';

const VANDALS = fileURLToPath(new URL('../../bench/support/vandals.mjs', import.meta.url));
const SECONDS = 6;
const CLIENTS = 100;
const ROUNDS = 5;
const SEED = 7;
const MOST_GROWTH_KB = 96 * 1024;

let scene: Scene;
let server: RunningServer;

beforeAll(async () => {
  scene = await makeScene();
});

afterAll(() => scene.close());

function openFiles(): number {
  return readdirSync(`/proc/${server.pid}/fd`).length;
}

async function askFile(): Promise<void> {
  const request = 'GET /file.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  expect(await converse(scene.port, request)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*fine\n$/);
}

test('leave the server as it was', async () => {
  const child = fork(VANDALS);
  const told = async (): Promise<Record<string, number>> => (await once(child, 'message'))[0];
  scene.onClose(() => void child.kill());
  const { backend } = await told();
  scene.write('htdocs/file.txt', 'fine\n');
  server = await scene.start(
    `KeepAliveTimeout 1\nTimeout 2\nProxyPass /file.txt !\nProxyPass / http://127.0.0.1:${backend}/ ttl=1\n`,
  );
  await askFile();
  const before = openFiles();
  const memory = residentMemory(server.pid).now;
  let [asked, answered] = [0, 0];
  // On a machine with much else to do most clients lose patience: it goes on with fewer.
  for (let round = 0; round < ROUNDS && !(asked > 500 && answered > 20); round++) {
    child.send({ port: scene.port, seconds: SECONDS, clients: CLIENTS >> round, seed: SEED + round });
    ({ asked = 0, answered = 0 } = await told());
  }
  child.disconnect();
  expect(asked).toBeGreaterThan(500);
  expect(answered).toBeGreaterThan(20);
  await askFile();
  await until('the end of all connections', () => (openFiles() <= before ? true : undefined));
  expect(residentMemory(server.pid).peak - memory).toBeLessThan(MOST_GROWTH_KB);
  expect(scene.errorLog()).not.toContain('exception');
  expect(scene.errorLog()).toContain('error reading status line from remote server');
  process.kill(server.pid, 0);
}, 60_000);
