// Every configuration that docs/balancers.md shows, as it stands there, in portico and in Apache: requests get to members.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openWorkshop } from '../support/command.ts';
import { testWith } from '../support/parts.ts';
import { freePort } from '../support/ports.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { startScriptedBackend } from '../support/scripted-backend.ts';

const manual = readFileSync(join(import.meta.dirname, '../../docs/balancers.md'), 'utf8');
const blocks = [...manual.matchAll(/^```apache\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);

const MODULES = [
  'headers',
  'lbmethod_bybusyness',
  'lbmethod_byrequests',
  'proxy',
  'proxy_balancer',
  'proxy_http',
  'slotmem_shm',
];

let scene: Scene | undefined;

afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

/** An application that says which one it is, and answers 503 for `/busy`. */
async function startApplication(name: string): Promise<number> {
  const backend = await startScriptedBackend(async (talk) => {
    talk.socket.on('error', () => undefined);
    for (;;) {
      const request = await talk.request();
      if (request === '') return;
      const status = request.startsWith('GET /busy ') ? '503 Busy' : '200 OK';
      talk.write(`HTTP/1.1 ${status}\r\nContent-Length: ${name.length}\r\n\r\n${name}`);
    }
  });
  scene!.onClose(() => backend.close());
  return backend.port;
}

/** The configuration, with applications where the test has them. */
async function placed(block: string, down: readonly number[] = []): Promise<string> {
  let text = block;
  for (const number of [1, 2, 3]) {
    const port = down.includes(number) ? await freePort() : await startApplication(`app${number}`);
    text = text.replaceAll(`127.0.0.1:800${number}`, `127.0.0.1:${port}`);
  }
  return text;
}

interface Visit {
  readonly status: number;
  readonly body: string;
  readonly cookie: string | null;
}

async function visit(path = '/', cookie = ''): Promise<Visit> {
  const headers = { Connection: 'close', ...(cookie === '' ? {} : { Cookie: cookie }) };
  const answer = await fetch(`http://127.0.0.1:${scene!.port}${path}`, { headers });
  return { status: answer.status, body: await answer.text(), cookie: answer.headers.get('set-cookie') };
}

async function visits(count: number, path = '/', cookie = ''): Promise<string[]> {
  const bodies: string[] = [];
  for (let i = 0; i < count; i++) bodies.push((await visit(path, cookie)).body);
  return bodies;
}

/** What the manual promises of each configuration, in its order. */
const PROMISES: readonly { readonly title: string; readonly keep: () => Promise<void> }[] = [
  {
    title: 'one and the other in turn',
    keep: async () => expect(await visits(4)).toEqual(['app1', 'app2', 'app1', 'app2']),
  },
  {
    title: 'three of four requests to the first, none to the standby',
    keep: async () => expect((await visits(4)).sort()).toEqual(['app1', 'app1', 'app1', 'app2']),
  },
  {
    title: 'whoever is least busy',
    keep: async () => expect(await visits(4)).toEqual(['app1', 'app2', 'app1', 'app2']),
  },
  {
    title: 'a cookie that brings visitors back',
    keep: async () => {
      const first = await visit();
      expect(first.cookie).toMatch(/^ROUTEID=\.(one|two); path=\/$/);
      const cookie = first.cookie!.split(';')[0]!;
      expect(await visits(3, '/', cookie)).toEqual([first.body, first.body, first.body]);
      expect((await visit('/', cookie)).cookie).toBeNull();
    },
  },
  {
    title: 'routes that the application writes into its cookie or URLs',
    keep: async () => {
      expect(await visits(3, '/', 'JSESSIONID=A1B2C3.two')).toEqual(['app2', 'app2', 'app2']);
      expect(await visits(2, '/page;jsessionid=A1B2C3.one')).toEqual(['app1', 'app1']);
    },
  },
  {
    title: 'an application that says it is about to stop gets nothing more to do',
    keep: async () => {
      expect(await visit('/busy')).toMatchObject({ status: 503, body: 'app1' });
      expect(await visits(3)).toEqual(['app2', 'app2', 'app2']);
    },
  },
  {
    title: 'a draining member keeps its visitors and gets nobody new',
    keep: async () => {
      expect(await visits(3)).toEqual(['app2', 'app2', 'app2']);
      expect(await visits(2, '/', 'ROUTEID=.one')).toEqual(['app1', 'app1']);
    },
  },
];

describe('the manual of balancers', () => {
  test('has a promise for each of its configurations', () => {
    expect(blocks).toHaveLength(PROMISES.length);
  });

  for (const [at, { title, keep }] of PROMISES.entries()) {
    test(`portico: ${title}`, async () => {
      scene = await makeScene();
      await scene.start(await placed(blocks[at]!));
      await keep();
    });

    testWith(['apache2'], `Apache: ${title}`, async () => {
      scene = await makeScene();
      await scene.start(await placed(blocks[at]!), { kind: 'apache', modules: MODULES });
      await keep();
    });
  }

  test('the standby answers when the others are down', async () => {
    scene = await makeScene();
    await scene.start(await placed(blocks[1]!, [1, 2]));
    expect(await visits(2)).toEqual(['app3', 'app3']);
  });

  test('a member that is down is not noticed', async () => {
    scene = await makeScene();
    await scene.start(await placed(blocks[0]!, [2]));
    expect(await visits(4)).toEqual(['app1', 'app1', 'app1', 'app1']);
  });

  test('nothing in it is warned of', async () => {
    const workshop = await openWorkshop();
    try {
      for (const [at, block] of blocks.entries()) {
        const file = workshop.write(`${at}.conf`, `ServerName x\nListen 127.0.0.1:1\n${block}`);
        const { code, err } = await workshop.run(['configtest', '-f', file]);
        expect({ code, err }).toEqual({ code: 0, err: 'Syntax OK\n' });
      }
    } finally {
      await workshop.close();
    }
  });
});
