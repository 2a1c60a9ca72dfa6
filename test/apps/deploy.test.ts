// A new version of an application while people use it: no request fails. With real Node and CherryPy applications.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NODE_APP, PASS_ALL, shopSection } from '../support/app-scene.ts';
import { openWorkshop, type Workshop } from '../support/command.ts';
import { part, testWith } from '../support/parts.ts';
import { freePort } from '../support/ports.ts';
import { until } from '../support/scene.ts';

let shop: Workshop;

beforeEach(async () => {
  shop = await openWorkshop();
});

afterEach(() => shop.close());

/** Clients that ask one after the other until they are told to stop. */
class Load {
  readonly statuses: Map<string, number> = new Map();
  readonly versions: Set<string> = new Set();
  readonly #url: string;
  readonly #clients: Promise<void>[];
  #isOver = false;

  constructor(url: string, clients: number) {
    this.#url = url;
    this.#clients = Array.from({ length: clients }, (_, at) => this.#ask(at));
  }

  async #ask(at: number): Promise<void> {
    // Every third client sends, every second keeps its connection.
    const init: RequestInit = {
      ...(at % 3 === 0 ? { method: 'POST', body: 'x'.repeat(20_000) } : {}),
      headers: at % 2 === 0 ? { Connection: 'close' } : {},
    };
    while (!this.#isOver) {
      const outcome = await fetch(this.#url, init).then(
        async (response) => {
          const text = await response.text();
          this.versions.add(/"version": ?"([^"]*)"/.exec(text)?.[1] ?? text);
          return String(response.status);
        },
        (error: unknown) => `failed: ${error instanceof Error ? (error.cause ?? error.message) : error}`,
      );
      this.statuses.set(outcome, (this.statuses.get(outcome) ?? 0) + 1);
    }
  }

  /** How many requests came to each status. */
  async stop(): Promise<Readonly<Record<string, number>>> {
    this.#isOver = true;
    await Promise.all(this.#clients);
    return Object.fromEntries(this.statuses);
  }
}

async function deployUnderLoad(conf: string, versionFile: string): Promise<void> {
  shop.write(versionFile, 'one');
  shop.write(
    'site.conf',
    `Listen 127.0.0.1:{PORT}\nServerName localhost\nAppControl {ROOT}/own.control\n${conf}`,
  );
  await shop.start(['serve', '-f', 'site.conf']).ready();
  const load = new Load(`http://127.0.0.1:${shop.port}/slow`, 12);
  const seen = (version: string): Promise<true> =>
    until(`an answer of version ${version}`, () => (load.versions.has(version) ? true : undefined), 30_000);
  await seen('one');
  for (const version of ['two', 'three']) {
    shop.write(versionFile, version);
    const restarted = await shop.run(['apps', 'restart', 'shop', '--control', 'own.control']);
    expect([restarted.code, restarted.err]).toEqual([0, '']);
    await seen(version);
  }
  const statuses = await load.stop();
  expect(Object.keys(statuses)).toEqual(['200']);
  expect(statuses['200']).toBeGreaterThan(30);
  expect(load.versions).toEqual(new Set(['one', 'two', 'three']));
}

describe('a restart under load', () => {
  test('loses no request of a Node application', async () => {
    shop.write('shop/server.cjs', NODE_APP);
    await deployUnderLoad(shopSection('AppInstances 2') + PASS_ALL, 'shop/version');
  });

  test('loses no request at a fixed address, where requests wait meanwhile', async () => {
    shop.write('shop/server.cjs', NODE_APP);
    const address = `AppAddress http://127.0.0.1:${await freePort()}`;
    await deployUnderLoad(shopSection(address) + PASS_ALL, 'shop/version');
  });

  testWith(['cherrypy'], 'loses no request of a CherryPy application', async () => {
    shop.write(
      'cherry/app.py',
      `import os, sys, time
import cherrypy

with open('version') as f:
    VERSION = f.read().strip()

class App:
    @cherrypy.expose
    def default(self, *path, **query):
        cherrypy.request.body.read() if cherrypy.request.body.length else None
        time.sleep(0.1)
        return '{"version": "' + VERSION + '"}'

cherrypy.config.update({
    'server.socket_host': '127.0.0.1',
    'server.socket_port': int(os.environ['PORT']),
    'server.thread_pool': 20,
    'log.screen': False,
    'engine.autoreload.on': False,
})
cherrypy.quickstart(App())
`,
    );
    const section = `<App shop>
AppCommand "${part('cherrypy')!.program} app.py"
AppDirectory ${join(shop.root, 'cherry')}
AppHold 30s
</App>
`;
    await deployUnderLoad(section + PASS_ALL, 'cherry/version');
  });
});
