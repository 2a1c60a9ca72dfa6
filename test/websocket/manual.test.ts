// Every configuration that docs/websockets.md shows, as it stands there, in portico and in Apache: a WebSocket goes through.
import { chownSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openWorkshop } from '../support/command.ts';
import { testWith } from '../support/parts.ts';
import { loadModuleLines } from '../support/prelude.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { startServer } from '../support/server-process.ts';
import { serverUser } from '../support/server-user.ts';
import { startWebSocketBackend, type WebSocketBackend } from '../support/websocket-backend.ts';
import { openClient } from '../support/websocket-client.ts';

const manual = readFileSync(join(import.meta.dirname, '../../docs/websockets.md'), 'utf8');
const blocks = [...manual.matchAll(/^( *)```apache\n([\s\S]*?)^ *```$/gm)].map(([, indent = '', text = '']) =>
  text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
);

/** A block, with the application where the test has it. */
function placed(block: string, backend: WebSocketBackend): string {
  return block.replaceAll('127.0.0.1:8000', `127.0.0.1:${backend.port}`);
}

async function expectEcho(port: number): Promise<void> {
  const client = await openClient(`ws://127.0.0.1:${port}/chat`, { origin: 'http://www.example.test' });
  try {
    expect((await client.ask('hello')).bytes.toString()).toBe('hello');
    expect((await client.ask(Buffer.alloc(100_000, 7))).bytes).toEqual(Buffer.alloc(100_000, 7));
    client.socket.close(1000);
    expect((await client.closed()).code).toBe(1000);
  } finally {
    client.socket.terminate();
  }
  const plain = await fetch(`http://127.0.0.1:${port}/page`, { headers: { Connection: 'close' } });
  expect([plain.status, await plain.text()]).toEqual([426, 'a WebSocket, please\n']);
}

/** Runs Apache with the lines, in the scene's folder and on its port. */
async function startApache(scene: Scene, lines: string): Promise<void> {
  mkdirSync(join(scene.root, 'logs'));
  if (serverUser !== undefined) chownSync(join(scene.root, 'logs'), serverUser.uid, serverUser.gid);
  const confFile = scene.write(
    'apache.conf',
    `ServerRoot {ROOT}\nListen 127.0.0.1:{PORT}\n${loadModuleLines([])}ServerName x\nTypesConfig /dev/null\n${lines}`,
  );
  const server = await startServer('apache', { root: scene.root, confFile, port: scene.port });
  scene.onClose(() => server.stop());
}

describe.each(blocks.map((block, at) => [at + 1, block] as const))(
  'configuration %i of the manual',
  (_at, block) => {
    async function withScene(work: (scene: Scene, lines: string) => Promise<void>): Promise<void> {
      const scene = await makeScene();
      const backend = await startWebSocketBackend();
      scene.onClose(() => backend.close());
      try {
        await work(scene, placed(block, backend));
      } finally {
        await scene.close();
      }
    }

    test('lets a WebSocket through portico', () =>
      withScene(async (scene, lines) => {
        await scene.start(lines);
        await expectEcho(scene.port);
      }));

    testWith(['apache2'], 'lets a WebSocket through Apache', () =>
      withScene(async (scene, lines) => {
        await startApache(scene, lines);
        await expectEcho(scene.port);
      }),
    );

    if (block.includes('Origin')) {
      test('keeps a page of another site out', () =>
        withScene(async (scene, lines) => {
          await scene.start(lines);
          const stranger = openClient(`ws://127.0.0.1:${scene.port}/chat`, {
            origin: 'http://evil.example.test',
          });
          await expect(stranger).rejects.toThrow('answered 403');
        }));
    }
  },
);

describe('the manual', () => {
  test('shows five configurations', () => expect(blocks).toHaveLength(5));
});

describe('portico serve --to', () => {
  test('lets a WebSocket through without a configuration', async () => {
    const shop = await openWorkshop();
    const backend = await startWebSocketBackend();
    try {
      await shop.start(['serve', '--to', String(backend.port), '--port', '{PORT}']).ready();
      await expectEcho(shop.port);
    } finally {
      await shop.close();
      await backend.close();
    }
  });
});
