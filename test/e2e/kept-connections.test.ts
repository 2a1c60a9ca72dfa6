// Connections that are kept, on both sides, with real parts: a backend that closes its idle connections just when they
// are wanted again, and a client that uses one connection for several requests.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect } from 'vitest';
import { startNginx } from '../support/nginx.ts';
import { testWith } from '../support/parts.ts';
import { createRawClient } from '../support/raw-client.ts';
import { makeScene, type Scene } from '../support/scene.ts';

let scene: Scene | undefined;

afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

/** Tells the number of the connection and which request on it this is. */
const TELL = 'location / { default_type text/plain; return 200 "$connection $connection_requests"; }';

async function beforeNginx(settings: string): Promise<Scene> {
  const made = await makeScene();
  scene = made;
  const port = await startNginx(made, { settings, locations: TELL });
  await made.start(`KeepAliveTimeout 60\nProxyPass / http://127.0.0.1:${port}/\n`);
  return made;
}

/** What may be sent twice, with and without a body, and what may not. */
const METHODS: readonly string[] = ['GET', 'PUT', 'POST', 'POST'];

interface Told {
  readonly status: number | string;
  readonly connection: string;
  readonly requests: number;
}

function visitor(site: Scene): { ask: (method: string) => Promise<Told>; close: () => void } {
  const client = createRawClient(site.port);
  return {
    close: () => client.close(),
    async ask(method) {
      const body = method === 'GET' ? '\r\n' : 'Content-Length: 2\r\n\r\nhi';
      const bytes = Buffer.from(`${method} / HTTP/1.1\r\nHost: x\r\n${body}`);
      const [outcome] = await client.send({ bytes, method });
      if (outcome?.kind !== 'answer')
        return { status: outcome?.kind ?? 'nothing', connection: '', requests: 0 };
      const [connection = '', requests = '0'] = outcome.body.split(' ');
      return { status: outcome.status, connection, requests: Number(requests) };
    },
  };
}

describe('connections to nginx', () => {
  testWith(['nginx'], 'are used again, whichever client asks', async () => {
    const site = await beforeNginx('keepalive_timeout 60s;');
    const told: Told[] = [];
    for (let i = 0; i < 5; i++) {
      const { ask, close } = visitor(site);
      told.push(await ask('GET'));
      close();
    }
    expect(told.map((answer) => answer.requests)).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(told.map((answer) => answer.connection)).size).toBe(1);
  });

  testWith(
    ['nginx'],
    'are given up after so many requests as nginx allows, unseen by the client',
    async () => {
      const site = await beforeNginx('keepalive_timeout 60s; keepalive_requests 3;');
      const { ask, close } = visitor(site);
      const told: Told[] = [];
      for (let i = 0; i < 10; i++) told.push(await ask('GET'));
      close();
      expect(told.map((answer) => answer.status)).toEqual(Array(10).fill(200));
      expect(told.map((answer) => answer.requests)).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1]);
    },
  );

  // Forty visitors with pauses from 980 to 1019 ms: whatever the moment at which nginx closes, one of them meets it.
  testWith(['nginx'], 'that nginx closes after a second idle never cost an answer', async () => {
    const site = await beforeNginx('keepalive_timeout 1s;');
    const rounds = 5;
    const visits = Array.from({ length: 40 }, async (_, index) => {
      const { ask, close } = visitor(site);
      const told: Told[] = [];
      for (let round = 0; round < rounds; round++) {
        if (round > 0) await sleep(980 + index);
        told.push(await ask(METHODS[index % METHODS.length]!));
      }
      close();
      return told;
    });
    const all = (await Promise.all(visits)).flat();
    expect(all.length).toBe(200);
    expect(all.filter((answer) => answer.status !== 200)).toEqual([]);
    expect(new Set(all.map((answer) => answer.connection)).size).toBeGreaterThan(1);
  });
});
